"""What a server that has started says of itself."""

from __future__ import annotations

from vklive.cli.places import tell_places


def test_each_place_has_its_line_and_addresses_stand_below_each_other(capsys):
    tell_places([("HTTP API", "http://x/api"), ("sse", "http://x/sse")], api_is_closed=False)

    assert capsys.readouterr().out == "HTTP API  http://x/api\nsse       http://x/sse\n"


def test_an_api_that_is_closed_says_so(capsys):
    tell_places([("HTTP API", "http://x/api")], api_is_closed=True)

    assert capsys.readouterr().out == "HTTP API  http://x/api  (closed: no api_key is set)\n"


def test_a_server_without_any_place_says_nothing(capsys):
    tell_places([], api_is_closed=True)

    assert not capsys.readouterr().out
