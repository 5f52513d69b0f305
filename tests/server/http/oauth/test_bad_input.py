"""Whatever is sent to the addresses of OAuth: the server never fails, sends nobody to strangers, and tells no secret.

The requests are bytes on sockets. Most are nearly right; some end before they are whole. `make fuzz` runs the same with
many more of them.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.parse import urlencode

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.http.busy_world import running
from tests.server.http.oauth.browser import Browser
from tests.server.http.oauth.conftest import CALLBACK, WORLD

from vklive.server.settings import Settings, TokenSettings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1000"))
PATIENCE = 20.0
"""Seconds for one answer."""

AUTHORIZE, SIGN_IN, SIGN_OUT = "/app/oauth2/authorize", "/app/oauth2/sign-in", "/app/oauth2/sign-out"
TOKEN, REVOKE = "/oauth/server/token", "/oauth/server/revoke"
FORM = "application/x-www-form-urlencoded"

ASKED = {"client_id": "bot", "redirect_uri": CALLBACK, "scope": "chat:message:send", "state": "s"}
"""What Anna has allowed."""
MORE = ASKED | {"scope": "chat:message:send,channel:points"}
"""What she has not decided on."""

REGISTERED = (CALLBACK, "http://127.0.0.1:8123/", "https://hooked.example/")
PLACES = (*(f"{uri}{sign}" for uri in REGISTERED for sign in "?&#"), f"{AUTHORIZE}?")
"""With what an address may begin where a browser is sent."""

SECRETS = ("secret of the bot", "secret of the hooked", "anna at home", "key of the hooked")


class Known(NamedTuple):
    """What honest people have been given."""

    cookie: str
    code: str
    access_token: str
    refresh_token: str
    form: dict[str, str]
    """The fields of the form by which Anna decides on `MORE`."""

    @property
    def secrets(self) -> tuple[str, ...]:
        return (*SECRETS, self.cookie, self.code, self.access_token, self.refresh_token)


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


async def known_at(url: str) -> Known:
    async with Browser(url) as browser, httpx2.AsyncClient(base_url=url, trust_env=False) as http:
        await browser.open(AUTHORIZE, **ASKED)
        await browser.sign_in("Anna", "anna at home")
        await browser.decide("allow")
        answer = await http.post(
            TOKEN,
            auth=("bot", "secret of the bot"),
            data={"grant_type": "authorization_code", "code": browser.query["code"], "redirect_uri": CALLBACK},
        )
        await browser.open(AUTHORIZE, **ASKED)
        code = browser.query["code"]
        await browser.open(AUTHORIZE, **MORE)
        given = answer.json()
        return Known(
            cookie=browser.http.cookies["vklive_browser"],
            code=code,
            access_token=given["access_token"],
            refresh_token=given["refresh_token"],
            form=browser.page.form(AUTHORIZE).fields,
        )


ODD = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "\0", "ё", "\r\n", "a" * 3000, "https://evil.example/", f"{CALLBACK}#x", "//evil.example", "0" * 64]
    ),
)


STRANGERS = (
    "https://evil.example/",
    "//evil.example/",
    "https://bot.example@evil.example/",
    "https://bot.example.evil.example/back?kind=vk",
    "https://bot.example/back",
    "http://127.0.0.1:8124/",
    "javascript:alert(1)",
    f"https://evil.example/?{CALLBACK}",
)


def nearly(draw: st.DrawFn, right: dict[str, str]) -> list[tuple[str, str]]:
    """Fields, of which some are missing, others, or there twice."""
    fields = [(name, draw(ODD) if draw(st.integers(0, 11)) == 0 else value) for name, value in right.items()]
    if "redirect_uri" in right and draw(st.integers(0, 3)) == 0:
        fields = [
            (name, draw(st.sampled_from(STRANGERS)) if name == "redirect_uri" else value) for name, value in fields
        ]
    match draw(st.integers(0, 9)):
        case 0 if fields:
            fields.remove(draw(st.sampled_from(fields)))
        case 1:
            fields.append((draw(st.sampled_from([*right, "more"])), draw(ODD)))
        case 2:
            fields += [(f"field{number}", "") for number in range(draw(st.integers(0, 60)))]
        case _:
            pass
    return draw(st.permutations(fields))


def encoded(draw: st.DrawFn, fields: list[tuple[str, str]]) -> bytes:
    text = urlencode(fields, errors="surrogatepass").encode()
    return (
        text if draw(st.integers(0, 9)) else draw(st.sampled_from([b"%", b"%ff=%fe", b"&&==&", b"+", text + b"&%zz"]))
    )


class Sent(NamedTuple):
    """A request, and whether all of it is sent."""

    path: str
    method: str
    content: bytes
    is_whole: bool


@st.composite
def requests(draw: st.DrawFn, known: Known) -> Sent:
    path = draw(st.sampled_from([AUTHORIZE, AUTHORIZE, SIGN_IN, SIGN_OUT, TOKEN, TOKEN, REVOKE]))
    is_page = path.startswith("/app")
    usual = draw(st.sampled_from(["GET", "POST"])) if path == AUTHORIZE else "POST"
    method = draw(st.sampled_from([*[usual] * 30, "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "WHATEVER"]))
    asked = draw(st.sampled_from([ASKED, MORE, MORE | {"response_type": "token"}, ASKED | {"client_id": "hooked"}]))
    query = encoded(draw, nearly(draw, asked)) if is_page or draw(st.integers(0, 9)) == 0 else b""
    forms: list[dict[str, str]] = (
        [known.form | {"decision": "allow"}, known.form | {"decision": "deny"}, {"name": "Anna", "password": "wrong"}]
        if is_page
        else [
            {"grant_type": "authorization_code", "code": known.code, "redirect_uri": CALLBACK},
            {"grant_type": "refresh_token", "refresh_token": known.refresh_token},
            {"grant_type": "client_credentials"},
            {"token": known.access_token, "token_type_hint": "access_token"},
            {"token": "nobody's", "token_type_hint": "refresh_token"},
        ]
    )
    body = draw(
        st.sampled_from([encoded(draw, nearly(draw, draw(st.sampled_from(forms))))] * 9 + [b"{", b"a=" + b"b" * 20_000])
        | st.binary(max_size=100)
    )
    headers = {
        "Host": "127.0.0.1",
        "Connection": "close",
        "Content-Type": draw(st.sampled_from([*[FORM] * 8, "", "application/json", "multipart/form-data; boundary=x"])),
        "Cookie": draw(
            st.sampled_from(
                [*[f"vklive_browser={known.cookie}"] * 6, "", "vklive_browser=", "a=;;=b; vklive_browser=ё"]
            )
        ),
        "Authorization": draw(
            st.sampled_from(
                [
                    *[basic("bot", "secret of the bot")] * 8,
                    basic("hooked", "secret of the hooked"),
                    basic("bot", "secret"),
                    basic("bot\0", ""),
                    "",
                    "Basic",
                    "Basic =",
                    "Basic " + "A" * 5000,
                    f"Bearer {known.access_token}",
                ]
            )
        ),
        "Accept-Language": draw(st.sampled_from(["en", "ru", "", "ru;q=x", "*;q=9" * 50])),
        "Content-Length": str(len(body)),
    }
    head = b"%s %s%s HTTP/1.1\r\n" % (method.encode(), path.encode(), b"?" + query if query else b"")
    lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
    whole = head + lines + b"\r\n" + body
    if draw(st.integers(0, 9)):
        return Sent(path, method, whole, is_whole=True)
    return Sent(path, method, whole[: draw(st.integers(0, len(whole) - 1))], is_whole=False)


class Answer(NamedTuple):
    status: int
    location: str
    text: str


def answer_to(port: int, sent: Sent) -> Answer | None:
    """What comes back; `None` when the connection was closed instead."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(sent.content)
            if not sent.is_whole:
                connection.shutdown(socket.SHUT_WR)
            with closing(HTTPResponse(connection, method=sent.method)) as answer:
                answer.begin()
                head = str(answer.headers)
                return Answer(
                    answer.status, answer.headers.get("location", ""), head + answer.read().decode(errors="replace")
                )
        except (HTTPException, ConnectionError):
            return None


@pytest.fixture
def place(tmp_path) -> Iterator[tuple[int, Known]]:
    (tmp_path / "seed.toml").write_text(WORLD)
    described = Settings(
        port=0,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}",
        seed=str(tmp_path / "seed.toml"),
        tokens=TokenSettings(secret="the secret of the tokens in these tests"),
    )
    with running(described) as server:
        yield server.port, asyncio.run(known_at(server.url))


@pytest.mark.timeout(0 if "FUZZ_EXAMPLES" in os.environ else 120)
def test_it_never_fails_sends_nobody_to_strangers_and_tells_no_secret(place, caplog):
    port, known = place
    caplog.set_level(logging.INFO)
    answers: Counter[tuple[str, int]] = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(requests(known))
    def ask(sent: Sent) -> None:
        answer = answer_to(port, sent)
        if answer is None:
            assert not sent.is_whole
            return
        assert answer.status < 500
        if answer.location:
            assert answer.location.startswith(PLACES)
        assert not [secret for secret in known.secrets if secret in answer.text]
        answers[sent.path, answer.status] += 1

    ask()
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not [secret for secret in known.secrets if secret in caplog.text]
    wanted = {(AUTHORIZE, 200), (AUTHORIZE, 303), (AUTHORIZE, 400), (AUTHORIZE, 403), (TOKEN, 200), (TOKEN, 400)}
    assert wanted | {(TOKEN, 401), (REVOKE, 200), (SIGN_OUT, 403), (SIGN_IN, 403)} <= set(answers)
