"""``vklive schema``, as a user calls it."""

import json
import sys

import pytest

from vklive.events import registered
from vklive.schema import event_schema, events_schema


def test_it_lists_every_type_with_what_is_known_of_it(vklive):
    result = vklive("schema")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].split() == ["TYPE", "TOPICS", "CERTAINTY", "HEARD", "IN"]
    assert [line.split()[0] for line in lines[1:]] == sorted(registered())
    (line,) = (line for line in lines if line.startswith("channel_follow_create "))
    assert line.endswith("  websocket, webhook")
    assert "probable" in line


def test_it_prints_the_schema_of_a_type(vklive):
    result = vklive("schema", "channel_follow_create")

    assert json.loads(result.stdout) == json.loads(json.dumps(event_schema("channel_follow_create")))
    assert len(result.stdout.splitlines()) > 10


def test_it_prints_one_schema_for_all(vklive):
    assert json.loads(vklive("schema", "--all").stdout) == json.loads(json.dumps(events_schema()))


def test_it_prints_an_asyncapi_document_with_the_real_server_and_ones_own(vklive):
    document = json.loads(vklive("schema", "--asyncapi").stdout)

    assert document["asyncapi"] == "3.0.0"
    assert {name: (server["protocol"], server["host"]) for name, server in document["servers"].items()} == {
        "vk": ("wss", "pubsub-dev.live.vkvideo.ru"),
        "local": ("ws", "127.0.0.1:8000"),
    }


def test_it_prints_the_openapi_document_and_nothing_but_that(vklive):
    result = vklive("schema", "--openapi")

    assert json.loads(result.stdout)["openapi"].startswith("3.1")
    assert result.stderr == ""


def test_that_one_needs_the_server_and_says_so(vklive, monkeypatch):
    monkeypatch.delitem(sys.modules, "vklive.cli.openapi", raising=False)
    for name in [name for name in sys.modules if name.startswith("vklive.server")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "litestar", None)

    result = vklive("schema", "--openapi")

    assert result.exit_code == 2
    assert "`vklive schema --openapi`" in result.stderr
    assert "pip install 'vklive[server]'" in result.stderr


def test_a_type_that_nobody_knows_is_told_with_what_to_do(vklive):
    result = vklive("schema", "channel_\x1b[31m")

    assert result.exit_code == 2
    assert result.stderr == "Error: channel_\\x1b[31m: is no known type of event (`vklive schema` lists them)\n"


@pytest.mark.parametrize("also", ["channel_follow_create", "--all", "--openapi"])
def test_two_things_at_once_are_refused(vklive, also):
    result = vklive("schema", "--asyncapi", also)

    assert result.exit_code == 2
    assert "or one of --all, --asyncapi and --openapi" in result.stderr
