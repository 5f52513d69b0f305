"""What strangers try at the authorize page, and that nothing comes of it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from tests.server.http.oauth.browser import Browser
from tests.server.http.oauth.conftest import CALLBACK

AUTHORIZE, SIGN_IN, SIGN_OUT = "/app/oauth2/authorize", "/app/oauth2/sign-in", "/app/oauth2/sign-out"
ASKED = {"client_id": "bot", "redirect_uri": CALLBACK, "scope": "chat:message:send", "state": "s"}

UNSAFE = {
    "no parameters": [],
    "no client": [("redirect_uri", CALLBACK)],
    "an empty client": [("client_id", ""), ("redirect_uri", CALLBACK)],
    "an unknown client": [("client_id", "stranger"), ("redirect_uri", "https://evil.example/")],
    "an unknown client at an address of another": [("client_id", "stranger"), ("redirect_uri", CALLBACK)],
    "a NUL in the client": [("client_id", "bot\0"), ("redirect_uri", CALLBACK)],
    "no address": [("client_id", "bot")],
    "an empty address": [("client_id", "bot"), ("redirect_uri", "")],
    "another address": [("client_id", "bot"), ("redirect_uri", "https://evil.example/")],
    "the address of another application": [("client_id", "bot"), ("redirect_uri", "https://hooked.example/")],
    "two addresses in one": [("client_id", "bot"), ("redirect_uri", f"{CALLBACK}\nhttp://127.0.0.1:8123/")],
    "a line break behind it": [("client_id", "bot"), ("redirect_uri", f"{CALLBACK}\n")],
    "a path behind it": [("client_id", "bot"), ("redirect_uri", "http://127.0.0.1:8123/more")],
    "a part of it": [("client_id", "bot"), ("redirect_uri", "https://bot.example/back")],
    "other capitals": [("client_id", "bot"), ("redirect_uri", CALLBACK.replace("bot.", "BOT."))],
    "the port that goes without saying": [
        ("client_id", "bot"),
        ("redirect_uri", CALLBACK.replace("example", "example:443")),
    ],
    "a dot in the path": [("client_id", "bot"), ("redirect_uri", CALLBACK.replace("/back", "/./back"))],
    "a fragment": [("client_id", "bot"), ("redirect_uri", CALLBACK + "#x")],
    "a user before the host": [("client_id", "bot"), ("redirect_uri", "https://bot.example@evil.example/")],
    "another port": [("client_id", "bot"), ("redirect_uri", "http://127.0.0.1:8124/")],
    "a script": [("client_id", "bot"), ("redirect_uri", "javascript:alert(1)")],
    "two addresses": [("client_id", "bot"), ("redirect_uri", CALLBACK), ("redirect_uri", "https://evil.example/")],
    "the same address twice": [("client_id", "bot"), ("redirect_uri", CALLBACK), ("redirect_uri", CALLBACK)],
    "two clients": [("client_id", "bot"), ("client_id", "hooked"), ("redirect_uri", CALLBACK)],
    "two states": [*ASKED.items(), ("state", "t")],
    "a state without end": [*(ASKED | {"state": "s" * 3000}).items()],
    "parameters without end": [*ASKED.items(), *((f"p{number}", "") for number in range(100))],
}


@pytest.mark.parametrize("pairs", UNSAFE.values(), ids=UNSAFE.keys())
async def test_nobody_is_sent_to_an_address_that_is_not_certain(browser, pairs):
    await browser.open(f"{AUTHORIZE}?{urlencode(pairs)}")

    assert browser.answer.status_code == 400
    assert "location" not in browser.answer.headers
    assert browser.page.links == []
    assert browser.page.forms == []
    assert "evil" not in browser.answer.text
    assert ("names no application" in browser.page.text) == (not dict(pairs).get("client_id"))


async def test_an_address_that_is_no_text_is_a_page_too(browser):
    await browser.open(f"{AUTHORIZE}?client_id=%ff&redirect_uri=%fe")

    assert browser.answer.status_code == 400
    assert "This cannot go on" in browser.page.text


@pytest.mark.parametrize("path", [AUTHORIZE, SIGN_IN, SIGN_OUT])
@pytest.mark.parametrize("pairs", [UNSAFE["another address"], UNSAFE["an unknown client"]])
async def test_a_form_sends_nobody_there_either(browser, path, pairs):
    answer = await browser.http.post(f"{path}?{urlencode(pairs)}", data={"decision": "allow"})

    assert answer.status_code == 400
    assert "location" not in answer.headers


async def decision_of(browser: Browser) -> dict[str, str]:
    """The fields that an honest decision has."""
    await browser.open(AUTHORIZE, **ASKED)
    await browser.sign_in("Anna", "anna at home")
    return {**browser.page.form(AUTHORIZE).fields, "decision": "allow"}


async def test_a_form_of_another_site_decides_nothing(browser):
    fields = await decision_of(browser)
    for forged in (
        {"decision": "allow"},
        fields | {"form_token": ""},
        fields | {"form_token": "0" * 64},
        fields | {"form_token": "ё"},
    ):
        answer = await browser.http.post(AUTHORIZE, params=ASKED, data=forged)
        assert answer.status_code == 403
        assert "location" not in answer.headers
    answer = await browser.http.post(AUTHORIZE, params=ASKED, json=fields)
    assert answer.status_code == 403
    honest = await browser.http.post(AUTHORIZE, params=ASKED, data=fields)
    assert honest.status_code == 303


async def test_a_form_without_the_browser_that_it_was_given_to_decides_nothing(browser, server):
    fields = await decision_of(browser)
    async with Browser(server.url) as other:
        answer = await other.http.post(AUTHORIZE, params=ASKED, data=fields)
        assert answer.status_code == 403
        await other.open(AUTHORIZE, **ASKED)
        await other.sign_in("Борис", "boris at work")
        answer = await other.http.post(AUTHORIZE, params=ASKED, data=fields)
        assert answer.status_code == 403


async def test_a_form_for_one_request_decides_no_other(browser):
    fields = await decision_of(browser)
    for other in (
        ASKED | {"scope": "chat:message:send,channel:credentials"},
        ASKED | {"response_type": "token"},
        ASKED | {"redirect_uri": "http://127.0.0.1:8123/"},
        ASKED | {"state": "of another"},
    ):
        assert (await browser.http.post(AUTHORIZE, params=other, data=fields)).status_code == 403


async def test_a_form_to_sign_out_decides_nothing(browser):
    await decision_of(browser)
    fields = {**browser.page.form(SIGN_OUT).fields, "decision": "allow"}

    assert (await browser.http.post(AUTHORIZE, params=ASKED, data=fields)).status_code == 403


async def test_nobody_is_signed_in_by_a_form_of_another_site(server):
    async with Browser(server.url) as attacker, Browser(server.url) as victim:
        await attacker.open(AUTHORIZE, **ASKED)
        fields = attacker.page.form(SIGN_IN).fields | {"name": "Борис", "password": "boris at work"}
        answer = await victim.http.post(SIGN_IN, params=ASKED, data=fields)

        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_a_cookie_that_somebody_put_there_is_another_one_after_signing_in(browser):
    browser.http.cookies.set("vklive_browser", "known-to-the-attacker", path="/app/oauth2")
    await browser.open(AUTHORIZE, **ASKED)
    await browser.sign_in("Anna", "anna at home")
    assert "You are signed in as Anna" in browser.page.text

    async with Browser(browser.url) as attacker:
        attacker.http.cookies.set("vklive_browser", "known-to-the-attacker", path="/app/oauth2")
        page = await attacker.open(AUTHORIZE, **ASKED)
        assert "Sign in to go on" in page.text


async def test_what_applications_say_of_themselves_is_text(browser):
    await decision_of(browser)

    assert "Says &lt;hello&gt; to those" in browser.answer.text
    assert "hello" not in browser.page.tags


async def test_the_pages_are_for_nobodys_frame_and_have_no_script_and_no_foreign_resource(browser):
    pages = [await browser.http.get(AUTHORIZE), await browser.http.get(AUTHORIZE, params=ASKED)]
    await decision_of(browser)
    for answer in [*pages, browser.answer]:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "script" not in answer.text
        assert "http://" not in answer.text
        assert "src=" not in answer.text


async def test_the_cookie_is_no_scripts_and_over_https_for_https_alone(server):
    async with Browser(server.url) as browser:
        plain = (await browser.http.get(AUTHORIZE, params=ASKED)).headers["set-cookie"]
    async with Browser(server.url) as browser:
        # As a proxy on this machine says it, behind which the server is.
        secure = await browser.http.get(AUTHORIZE, params=ASKED, headers={"X-Forwarded-Proto": "https"})
    attributes = {part.strip().lower() for part in plain.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/app/oauth2"} <= attributes
    assert "secure" not in attributes
    assert "secure" in {part.strip().lower() for part in secure.headers["set-cookie"].split(";")[1:]}


@pytest.mark.parametrize("path", [AUTHORIZE, "/oauth/server/token", "/oauth/server/revoke"])
async def test_pages_of_other_origins_may_read_nothing_of_it(http, path):
    method = "GET" if path == AUTHORIZE else "POST"
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": method}
    for answer in (
        await http.request("OPTIONS", path, headers=preflight | {"Access-Control-Request-Headers": "authorization"}),
        await http.request(method, path, headers={"Origin": "https://evil.example"}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
