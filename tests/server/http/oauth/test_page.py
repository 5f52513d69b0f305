"""The frame of the pages."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from vklive.server.directory import User
from vklive.server.http.oauth.page import icon_source, page
from vklive.server.http.oauth.pages import consent_page
from vklive.server.http.oauth.words import ENGLISH
from vklive.server.oauth.asking import Asked, Client


@pytest.mark.parametrize(
    "address", ["https://bot.example/icon.png", "http://127.0.0.1:8000/a/b-c_d.svg", "https://bot.example"]
)
def test_an_icon_that_fits_into_a_policy_is_shown(address):
    assert icon_source(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "/icon.png",
        "https://bot.example/icon.png; script-src *",
        "https://bot.example/icon.png script-src",
        "https://bot.example/a,b",
        "https://bot.example/?icon",
        "https://bot.example/#icon",
        'https://bot.example/"onerror="alert(1)',
        "https://bot.example/icon.png\n",
        "https://*",
    ],
)
def test_any_other_is_not(address):
    assert icon_source(address) == ""


def consent(client: Client):
    asked = Asked(client=client, redirect_uri="https://bot.example/")
    return consent_page(ENGLISH, asked, User(id=7, nick="<Anna>"), cookie="cookie")


def test_the_policy_allows_the_icon_of_the_application_and_no_other_picture():
    response = consent(Client(id=1, client_id="bot", name="Bot", icon_url="https://bot.example/icon.png"))

    assert "img-src data: https://bot.example/icon.png;" in response.headers["Content-Security-Policy"]
    assert 'src="https://bot.example/icon.png" alt=""' in response.content


def test_without_an_icon_that_may_be_shown_there_is_a_letter():
    response = consent(Client(id=1, client_id="bot", name="<bot", icon_url="data:x"))

    assert "img-src data:;" in response.headers["Content-Security-Policy"]
    assert '<div class="icon" aria-hidden="true">&lt;</div>' in response.content
    assert "<img" not in response.content
    assert "<b>&lt;Anna&gt;</b>" in response.content


def test_the_policy_allows_exactly_the_style_of_the_page():
    response = page(ENGLISH, title="<title>", body=["<p>x</p>"])
    style = re.search("<style>(.*)</style>", response.content, re.DOTALL)

    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in response.headers["Content-Security-Policy"]
    assert "<title>&lt;title&gt;</title>" in response.content
    assert "style=" not in response.content
