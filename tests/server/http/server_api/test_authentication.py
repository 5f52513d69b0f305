"""Who may call."""

from __future__ import annotations

import pytest

from vklive.server.http.server_api.authentication import Credentials, Door

KEY = "the key"


@pytest.mark.parametrize(
    ("credentials", "opens"),
    [
        (Credentials(), False),
        (Credentials(x_api_key=KEY), True),
        (Credentials(x_api_key="wrong"), False),
        (Credentials(authorization=f"apikey {KEY}"), True),
        (Credentials(authorization=f"  ApiKey   {KEY} "), True),
        (Credentials(authorization=f"Bearer {KEY}"), False),
        (Credentials(authorization="apikey"), False),
        (Credentials(authorization="apikey wrong"), False),
        (Credentials(authorization=KEY), False),
        (Credentials(api_key=KEY), True),
        (Credentials(api_key="wrong"), False),
        # A header that is there counts alone, but for the address.
        (Credentials(x_api_key="wrong", authorization=f"apikey {KEY}"), False),
        (Credentials(x_api_key="wrong", api_key=KEY), True),
        (Credentials(x_api_key=KEY, authorization="apikey wrong"), True),
        (Credentials(authorization="apikey wrong", api_key=KEY), True),
        (Credentials(x_api_key="я"), False),
        (Credentials(api_key="я"), False),
    ],
)
def test_who_is_let_in(credentials, opens):
    assert Door(key=KEY).opens(credentials) is opens
    assert Door(key="").opens(credentials) is False
    assert Door(key="", insecure=True).opens(credentials) is True


def test_a_key_may_have_letters_of_any_alphabet():
    as_it_comes = "ключ".encode().decode("latin-1")
    assert Door(key="ключ").opens(Credentials(x_api_key=as_it_comes))
    assert Door(key="ключ").opens(Credentials(api_key="ключ"))


def test_an_empty_key_is_no_key():
    for credentials in (Credentials(), Credentials(authorization="apikey "), Credentials(authorization="apikey")):
        assert Door(key="").opens(credentials) is False


def test_the_log_is_told_why_and_never_a_key():
    assert "no API key is configured" in Door(key="").why_not(Credentials(x_api_key=KEY))
    assert "shows no key" in Door(key=KEY).why_not(Credentials())
    assert Door(key=KEY).why_not(Credentials(x_api_key="almost")) == "its key is wrong"
    assert KEY not in repr(Credentials(x_api_key=KEY, api_key=KEY))
