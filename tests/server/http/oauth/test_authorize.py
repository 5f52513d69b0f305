"""What a person sees and does at the authorize page, and where the browser goes."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select
from tests.server.http.oauth.browser import Browser
from tests.server.http.oauth.conftest import CALLBACK

from vklive.server.store.tables import GrantRow, SignInRow

AUTHORIZE = "/app/oauth2/authorize"
ASKED = {"client_id": "bot", "redirect_uri": CALLBACK, "scope": "chat:message:send,channel:points", "state": "s & t"}


async def rows_of(server, table):
    async with server._store.database.reading() as session:
        return list(await session.scalars(select(table)))


async def test_whoever_is_not_signed_in_signs_in_first_and_then_sees_who_asks_for_what(browser):
    page = await browser.open(AUTHORIZE, **ASKED)
    assert "Sign in to go on to Greeter" in page.text

    await browser.sign_in("Anna", "anna at home")

    said = browser.page.text
    assert "Greeter asks for access to your account" in said
    assert "Says <hello> to those who follow you." in said
    assert "write in chats in your name" in said
    assert "see your channel points" in said
    assert "stream key" not in said
    assert "You are signed in as Anna" in said
    assert "bot.example" in said


async def test_what_is_allowed_gives_a_code_in_the_query_beside_what_was_there(browser):
    await browser.open(AUTHORIZE, **ASKED)
    await browser.sign_in("7", "anna at home")
    await browser.decide("allow")

    assert browser.location.startswith(CALLBACK + "&code=")
    assert browser.query["kind"] == "vk"
    assert browser.query["state"] == "s & t"


async def test_what_is_denied_gives_an_error_and_is_not_remembered(browser, server):
    await browser.open(AUTHORIZE, **ASKED)
    await browser.sign_in("Anna", "anna at home")
    await browser.decide("deny")

    assert (browser.query["error"], browser.query["state"]) == ("access_denied", "s & t")
    assert "code" not in browser.query
    assert await rows_of(server, GrantRow) == []


async def test_what_was_allowed_before_is_not_asked_again_and_more_is(browser):
    await browser.open(AUTHORIZE, **ASKED)
    await browser.sign_in("Anna", "anna at home")
    await browser.decide("allow")

    await browser.open(AUTHORIZE, **(ASKED | {"scope": "channel:points"}))
    assert "code" in browser.query

    page = await browser.open(AUTHORIZE, **(ASKED | {"scope": "channel:points,channel:roles"}))
    assert "the roles of your channel" in page.text
    await browser.decide("allow")
    await browser.open(AUTHORIZE, **(ASKED | {"scope": "channel:roles,chat:message:send"}))
    assert "code" in browser.query


async def test_the_implicit_flow_gives_a_token_in_the_fragment_and_asks_every_time(browser, http):
    for _ in range(2):
        page = await browser.open(AUTHORIZE, **(ASKED | {"response_type": "token"}))
        if "Password" in page.text:
            await browser.sign_in("Anna", "anna at home")
        await browser.decide("allow")

        given = browser.fragment
        assert set(given) == {"access_token", "expire_time", "token_type", "state"}
        assert given["token_type"] == "Bearer"
        assert int(given["expire_time"]) == pytest.approx(time.time() + 3600, abs=30)
        answer = await http.get("/v1/websocket/token", headers={"Authorization": f"Bearer {given['access_token']}"})
        assert answer.status_code == 200
    assert "access_token" not in browser.query


async def test_an_application_with_events_asks_for_them_too_and_gets_them_by_the_code_flow_alone(browser, server):
    asked = {"client_id": "hooked", "redirect_uri": "https://hooked.example/"}
    page = await browser.open(AUTHORIZE, **asked, response_type="token")
    await browser.sign_in("Anna", "anna at home")
    assert "channel_follow_create" not in browser.page.text
    await browser.decide("allow")
    assert [grant.webhooks for grant in await rows_of(server, GrantRow)] == [False]

    page = await browser.open(AUTHORIZE, **asked)
    assert "Tell it of events of my channel" in page.text
    await browser.decide("allow", webhooks="")
    assert [grant.webhooks for grant in await rows_of(server, GrantRow)] == [False]

    await browser.open(AUTHORIZE, **asked)
    await browser.decide("allow")
    assert [grant.webhooks for grant in await rows_of(server, GrantRow)] == [True]

    await browser.open(AUTHORIZE, **asked)
    assert "code" in browser.query
    assert [grant.webhooks for grant in await rows_of(server, GrantRow)] == [True]


@pytest.mark.parametrize(
    ("name", "password"),
    [("Anna", "boris at work"), ("Anna", ""), ("nobody", ""), ("nobody", "anna at home"), ("stranger", "x" * 20)],
)
async def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(browser, name, password):
    await browser.open(AUTHORIZE, **ASKED)
    await browser.sign_in(name, password)

    assert browser.answer.status_code == 403
    assert "do not belong together" in browser.page.text
    assert password not in browser.answer.text or not password
    await browser.sign_in("Anna", "anna at home")
    assert "You are signed in as Anna" in browser.page.text


async def test_who_tries_too_often_has_to_wait_even_with_the_right_password(browser):
    await browser.open(AUTHORIZE, **ASKED)
    for _ in range(5):
        await browser.sign_in("Anna", "a wrong password")
        assert browser.answer.status_code == 403
    await browser.sign_in("Anna", "anna at home")

    assert browser.answer.status_code == 429
    assert int(browser.answer.headers["retry-after"]) <= 300
    assert "too many tries" in browser.page.text
    await browser.sign_in("Борис", "boris at work")
    assert "You are signed in as Борис" in browser.page.text


async def test_another_account_can_be_taken(browser, server):
    await browser.open(AUTHORIZE, **ASKED)
    await browser.sign_in("Anna", "anna at home")
    before = browser.http.cookies["vklive_browser"]
    await browser.send("/app/oauth2/sign-out")

    assert "Sign in to go on" in browser.page.text
    assert browser.http.cookies["vklive_browser"] != before
    assert await rows_of(server, SignInRow) == []
    await browser.sign_in("8", "boris at work")
    assert "You are signed in as Борис" in browser.page.text


async def test_a_sign_in_ends_after_its_time(browser, hands):
    await browser.open(AUTHORIZE, **ASKED)
    await browser.sign_in("Anna", "anna at home")
    hands.ahead = 43_200.0 + 1
    page = await browser.open(AUTHORIZE, **ASKED)

    assert "Sign in to go on" in page.text


async def test_the_pages_are_russian_for_those_who_read_it(server):
    async with Browser(server.url, language="de, ru-RU;q=0.9, en;q=0.5") as browser:
        page = await browser.open(AUTHORIZE, **ASKED)
        assert page.language == "ru"
        await browser.sign_in("Борис", "boris at work")
        assert "Greeter запрашивает доступ к вашему аккаунту" in browser.page.text
        assert "писать в чатах от вашего имени" in browser.page.text


async def test_an_error_of_the_request_goes_back_to_the_application(browser):
    await browser.open(AUTHORIZE, **(ASKED | {"scope": "chat:message:send channel:points"}))
    assert browser.location.startswith(CALLBACK + "&error=invalid_scope&error_description=")
    assert browser.query["state"] == "s & t"
    assert "comma" in browser.query["error_description"]

    await browser.open(AUTHORIZE, **(ASKED | {"response_type": "id_token"}))
    assert browser.query["error"] == "unsupported_response_type"

    await browser.open(AUTHORIZE, **(ASKED | {"response_type": "token", "scope": "all"}))
    assert browser.fragment["error"] == "invalid_scope"
