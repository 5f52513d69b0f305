"""Where logins are, and where one logs in."""

from __future__ import annotations

from pathlib import Path

import pytest

from vklive.cli.logins import default_login, places_of


@pytest.mark.parametrize(
    ("configured", "file"),
    [
        ("/etc/mine", "/etc/mine/vklive/login.json"),
        ("", "/home-of-anna/.config/vklive/login.json"),
        ("not/absolute", "/home-of-anna/.config/vklive/login.json"),
        (None, "/home-of-anna/.config/vklive/login.json"),
    ],
)
def test_a_login_is_among_the_users_configuration(monkeypatch, configured, file):
    monkeypatch.setenv("HOME", "/home-of-anna")
    if configured is None:
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_CONFIG_HOME", configured)

    assert default_login() == Path(file)


def test_the_real_service_has_hosts_for_it():
    places = places_of("https://apidev.live.vkvideo.ru/")

    assert places.auth_url == "https://auth.live.vkvideo.ru/app/oauth2/authorize"
    assert places.token_url == "https://api.live.vkvideo.ru/oauth/server/token"
    assert places.revoke_url == "https://api.live.vkvideo.ru/oauth/server/revoke"


def test_a_server_of_ones_own_is_one():
    places = places_of("http://127.0.0.1:8000/")

    assert places.auth_url == "http://127.0.0.1:8000/app/oauth2/authorize"
    assert places.token_url == "http://127.0.0.1:8000/oauth/server/token"
    assert places.revoke_url == "http://127.0.0.1:8000/oauth/server/revoke"


def test_each_may_be_elsewhere():
    places = places_of("http://a", auth_url="http://b/go", token_url="http://c/x/token")

    assert (places.auth_url, places.token_url, places.revoke_url) == (
        "http://b/go",
        "http://c/x/token",
        "http://c/x/revoke",
    )
    assert places_of("http://a", token_url="http://c/odd").revoke_url == "http://c/odd"
