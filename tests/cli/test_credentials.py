"""It is clear who asks, or there is an error."""

from __future__ import annotations

import pytest

from vklive.cli.credentials import Credentials
from vklive.errors import ConfigError


@pytest.mark.parametrize(
    "given",
    [
        {"access_token": "t"},
        {"client_id": "i", "client_secret": "s"},
        {"access_token": "t", "client_id": "", "client_secret": None},
    ],
)
def test_one_way_of_saying_who_asks_is_right(given):
    Credentials(**given).check()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "there are none"),
        ({"access_token": ""}, "there are none"),
        ({"client_id": "i"}, "the client secret is missing"),
        ({"client_secret": "s"}, "the client id is missing"),
        (
            {"access_token": "t", "client_id": "i", "client_secret": "s"},
            "there is an access token and there are credentials of an application",
        ),
    ],
)
def test_anything_else_is_an_error_with_a_hint(given, problem):
    with pytest.raises(ConfigError) as caught:
        Credentials(**given).check()

    assert caught.value.problem == problem
    assert caught.value.hint


def test_no_secret_is_in_the_repr():
    shown = repr(Credentials(access_token="hunter2", client_id="app", client_secret="hunter2"))

    assert shown == "Credentials(client_id='app')"
