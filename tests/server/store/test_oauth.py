"""Codes, tokens and grants, on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from vklive.devapi.scopes import Scope
from vklive.server.directory import Application
from vklive.server.oauth.authorizing import Authorizing
from vklive.server.oauth.errors import OAuthError
from vklive.server.oauth.granting import Granting
from vklive.server.settings import OAuthSettings
from vklive.server.store import Store, oauth, parse_seed
from vklive.server.store.tables import (
    AccessTokenRow,
    AuthorizationCodeRow,
    GrantRow,
    RefreshTokenRow,
    SignInRow,
    UserRow,
    WebhookRow,
)

SEED = """
[[users]]
id = 7
nick = "Anna"
[[applications]]
id = 1
client_id = "bot"
client_secret = "secret"
redirect_uris = ["https://bot.example/"]
[[applications]]
id = 2
client_id = "other"
client_secret = "secret of the other"
"""
BOT = Application(id=1, name="bot")
REDIRECT_URI = "https://bot.example/"


@pytest.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        await opened.plant(parse_seed(SEED.encode(), origin="seed"))
        yield opened


@pytest.fixture
def granting(store):
    return Granting(store, OAuthSettings())


@pytest.fixture
def allow(store):
    """Anna allows the bot something; gives the code."""
    authorizing = Authorizing(store.database, OAuthSettings())

    async def allow(scope: str = "chat:settings") -> str:
        asked = await authorizing.read([("client_id", "bot"), ("redirect_uri", REDIRECT_URI), ("scope", scope)])
        async with store.database.reading() as session:
            anna = await session.get(UserRow, 7)
        location = await authorizing.allow(asked, anna, webhooks=None)
        return location.partition("?code=")[2]

    return allow


async def count(store, table):
    async with store.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table))


def code_form(code: str) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}


def refresh_form(token: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": token}


async def together(granting: Granting, form: dict[str, str], times: int = 6):
    """Ask for the same at the same time; gives the pairs."""
    answers = await asyncio.gather(*(granting.tokens(BOT, form) for _ in range(times)), return_exceptions=True)
    assert all(isinstance(answer, OAuthError) for answer in answers if isinstance(answer, BaseException))
    return [answer for answer in answers if not isinstance(answer, BaseException)]


async def test_of_those_who_exchange_a_code_at_once_one_gets_a_pair_and_it_ends_with_the_others(store, granting, allow):
    pairs = await together(granting, code_form(await allow()))

    assert len(pairs) == 1
    assert await store.bearer(pairs[0].access_token) is None
    assert await count(store, RefreshTokenRow) == 1


async def test_of_those_who_refresh_at_once_one_gets_a_pair_and_it_ends_with_the_others(store, granting, allow):
    first = await granting.tokens(BOT, code_form(await allow()))
    pairs = await together(granting, refresh_form(first.refresh_token))

    assert len(pairs) == 1
    assert await store.bearer(first.access_token) is None
    assert await store.bearer(pairs[0].access_token) is None
    with pytest.raises(OAuthError):
        await granting.tokens(BOT, refresh_form(pairs[0].refresh_token))


async def test_a_refresh_under_way_does_not_escape_the_end_of_its_family(store, granting, allow):
    for _ in range(10):
        first = await granting.tokens(BOT, code_form(await allow()))
        second = await granting.tokens(BOT, refresh_form(first.refresh_token))
        await asyncio.gather(
            granting.tokens(BOT, refresh_form(second.refresh_token)),
            granting.tokens(BOT, refresh_form(first.refresh_token)),
            return_exceptions=True,
        )
    now = store.database.now()
    async with store.database.reading() as session:
        good = select(func.count()).where(
            RefreshTokenRow.used_at.is_(None), RefreshTokenRow.revoked_at.is_(None), RefreshTokenRow.expires_at > now
        )
        assert await session.scalar(good) == 0


async def test_those_who_allow_the_same_at_once_all_get_a_code_and_there_is_one_grant(store, allow):
    codes = await asyncio.gather(*(allow(scope) for scope in ("chat:settings", "channel:roles", "", "channel:points")))

    assert len(set(codes)) == 4
    async with store.database.reading() as session:
        (grant,) = await session.scalars(select(GrantRow))
    assert grant.scopes.split() == ["channel:points", "channel:roles", "chat:settings"]


async def test_when_a_grant_is_taken_back_everything_that_came_of_it_ends(store, granting, allow):
    pair = await granting.tokens(BOT, code_form(await allow()))
    code = await allow()
    async with store.database.writing() as session:
        now = store.database.now()
        event = {"user_id": 7, "type": "channel_follow_create", "data": "{}", "created_at": now, "next_at": now}
        session.add_all([WebhookRow(application_id=1, **event), WebhookRow(application_id=2, **event)])
    async with store.database.writing() as session:
        assert not await oauth.end_grant(session, user_id=7, application_id=2, now=now)
        assert await oauth.end_grant(session, user_id=7, application_id=1, now=now)

    assert await store.bearer(pair.access_token) is None
    for form in (code_form(code), refresh_form(pair.refresh_token)):
        with pytest.raises(OAuthError):
            await granting.tokens(BOT, form)
    assert await count(store, GrantRow) == 0
    async with store.database.reading() as session:
        waiting = await session.scalars(select(WebhookRow.application_id).where(WebhookRow.state == "waiting"))
        assert waiting.all() == [2]


async def test_what_has_ended_is_deleted_and_the_rest_stays(store, granting, allow, clock):
    own = await store.issue_access_token(user_id=7, scopes=[Scope.CHAT_SETTINGS])
    pair = await granting.tokens(BOT, code_form(await allow()))
    revoked = await granting.tokens(BOT, code_form(await allow()))
    await granting.revoke(BOT, {"token": revoked.access_token})
    async with store.database.writing() as session:
        session.add(SignInRow(cookie_hash="x", user_id=7, expires_at=store.database.now() + timedelta(seconds=9)))

    async def tidy_after(seconds: float) -> tuple[int, int, int, int]:
        clock.advance(seconds)
        async with store.database.writing() as session:
            await oauth.delete_ended(session, now=store.database.now())
        tables = (AuthorizationCodeRow, AccessTokenRow, RefreshTokenRow, SignInRow)
        codes, access, refresh, sign_ins = [await count(store, table) for table in tables]
        return codes, access, refresh, sign_ins

    assert await tidy_after(0) == (2, 2, 2, 1)
    assert await tidy_after(10) == (2, 2, 2, 0)
    assert await tidy_after(3600) == (2, 1, 2, 0)
    assert await tidy_after(86_400) == (0, 1, 2, 0)
    assert await store.bearer(own) is not None
    assert await granting.tokens(BOT, refresh_form(pair.refresh_token))
    assert await tidy_after(30 * 86_400) == (0, 1, 0, 0)
    assert await store.bearer(own) is not None
