"""It is clear who asks, or there is an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from vklive.cli.credentials import Credentials
from vklive.client.credentials import AccessToken, AppCredentials
from vklive.client.login_file import Login, LoginFile
from vklive.client.saved_login import SavedLogin
from vklive.errors import ConfigError

API = "http://127.0.0.1:8000"
LOGIN = Login(
    access_token="a",
    refresh_token="r",
    expires_at=None,
    client_id="i",
    client_secret="s",
    scopes=(),
    api_url=API,
    token_url=f"{API}/oauth/server/token",
    revoke_url=f"{API}/oauth/server/revoke",
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Where this user's configuration is; gives the default file of a login, which is not there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "vklive").mkdir()
    return tmp_path / "vklive" / "login.json"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"access_token": "t"}, AccessToken),
        ({"client_id": "i", "client_secret": "s"}, AppCredentials),
        ({"access_token": "t", "client_id": "", "client_secret": None}, AccessToken),
    ],
)
def test_one_way_of_saying_who_asks_is_right_and_goes_before_a_login_of_before(home, given, kind):
    LoginFile(home).write(LOGIN)
    assert type(Credentials(**given).source(API)) is kind


def test_when_nothing_is_given_it_is_the_login_of_before(home):
    LoginFile(home).write(LOGIN)
    assert isinstance(Credentials().source(API + "/"), SavedLogin)


def test_a_login_can_be_named(tmp_path):
    LoginFile(tmp_path / "mine").write(LOGIN)
    assert isinstance(Credentials(login=tmp_path / "mine").source(API), SavedLogin)


def test_a_login_is_shown_to_nobody_but_the_api_that_it_is_for(home):
    LoginFile(home).write(structs.replace(LOGIN, api_url="https://apidev.live.vkvideo.ru"))
    with pytest.raises(ConfigError, match="its tokens are not shown to"):
        Credentials().source(API)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "there are none"),
        ({"access_token": ""}, "there are none"),
        ({"client_id": "i"}, "the client secret is missing"),
        ({"client_secret": "s"}, "the client id is missing"),
        ({"access_token": "t", "client_id": "i", "client_secret": "s"}, "there is more than one"),
        ({"access_token": "t", "login": Path("l")}, "there is more than one"),
        ({"client_id": "i", "client_secret": "s", "login": Path("l")}, "there is more than one"),
        ({"login": Path("not there")}, "cannot be read"),
    ],
)
def test_anything_else_is_an_error_with_a_hint(given, problem):
    with pytest.raises(ConfigError) as caught:
        Credentials(**given).source(API)

    assert caught.value.problem.startswith(problem)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        ({"access_token": "t"}, ["t"]),
        ({"client_id": "i", "client_secret": "s"}, ["s"]),
        ({}, ["a", "r", "s"]),
    ],
)
def test_the_secrets_among_them_are_known(home, given, secrets):
    LoginFile(home).write(LOGIN)
    assert Credentials(**given).secrets() == secrets


def test_no_secret_is_in_the_repr():
    shown = repr(Credentials(access_token="hunter2", client_id="app", client_secret="hunter2"))

    assert shown == "Credentials(client_id='app', login=None)"
