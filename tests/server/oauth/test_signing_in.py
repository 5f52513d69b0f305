"""Signing in: names, windows of time, and what it costs."""

from __future__ import annotations

import asyncio
import threading

import pytest

from vklive.server.oauth import signing_in
from vklive.server.oauth.errors import TooManyAttemptsError, WrongPasswordError
from vklive.server.oauth.signing_in import SignIns
from vklive.server.settings import OAuthSettings
from vklive.server.store import Store, parse_seed

SEED = """
[[users]]
id = 7
nick = "Anna"
password = "anna at home"
[[users]]
id = 8
nick = "Boris"
password = "boris at work"
[[users]]
id = 9
nick = "Boris"
password = "another boris"
[[users]]
id = 10
nick = "7"
password = "named like an id"
[[users]]
id = 11
nick = "12"
password = "named like nobody's id"
[[users]]
id = 12
nick = "without"
"""


@pytest.fixture
async def store(sqlite_url, clock):
    async with Store(sqlite_url, clock=clock) as opened:
        await opened.plant(parse_seed(SEED.encode(), origin="seed"))
        yield opened


@pytest.fixture
def sign_ins(store, clock) -> SignIns:
    return SignIns(store.database, OAuthSettings(sign_in_ttl=100.0), clock=clock)


async def sign_in(sign_ins: SignIns, name: str, password: str, *, address: str = "192.0.2.1", before: str = "") -> str:
    return await sign_ins.sign_in(name, password, address=address, before=before)


@pytest.mark.parametrize(
    ("name", "password", "user_id"),
    [
        ("Anna", "anna at home", 7),
        (" Anna ", "anna at home", 7),
        ("7", "anna at home", 7),
        ("8", "boris at work", 8),
        ("12", "named like nobody's id", 11),
        ("007", "anna at home", 7),
    ],
)
async def test_one_signs_in_by_id_and_by_a_nick_that_nobody_else_has(sign_ins, name, password, user_id):
    user = await sign_ins.who(await sign_in(sign_ins, name, password))

    assert user.id == user_id


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("Boris", "boris at work"),
        ("7", "named like an id"),
        ("anna", "anna at home"),
        ("Anna", "anna at home "),
        ("without", ""),
        ("99999999999999999999", "anna at home"),
        ("9" * 5000, "anna at home"),
        ("0", "anna at home"),
        ("Anna\0", "anna at home"),
        ("", ""),
    ],
)
async def test_whoever_is_not_certain_is_nobody(sign_ins, name, password):
    with pytest.raises(WrongPasswordError):
        await sign_in(sign_ins, name, password)


async def test_a_cookie_is_good_until_its_time_is_over_or_somebody_signs_out(sign_ins, clock):
    first, second = [await sign_in(sign_ins, "Anna", "anna at home") for _ in range(2)]
    await sign_ins.sign_out(first)
    assert await sign_ins.who(first) is None
    assert await sign_ins.who(second) is not None
    clock.advance(100.0)
    assert await sign_ins.who(second) is None
    assert await sign_ins.who("") is None


async def test_the_cookie_from_before_is_nobodys(sign_ins):
    first = await sign_in(sign_ins, "Anna", "anna at home")
    second = await sign_in(sign_ins, "8", "boris at work", before=first)

    assert await sign_ins.who(first) is None
    assert (await sign_ins.who(second)).id == 8


@pytest.fixture
def cheap(monkeypatch):
    """Passwords that cost nothing to look at, for tests of many; gives those that were looked at."""
    looked_at: list[tuple[str, str]] = []

    def is_password(password: str, stored: str) -> bool:
        looked_at.append((password, stored))
        return bool(stored) and password == "right"

    monkeypatch.setattr(signing_in, "is_password", is_password)
    return looked_at


async def test_one_address_tries_so_many_users_and_no_more(sign_ins, cheap, clock):
    for number in range(signing_in.TRIES_FROM_ADDRESS):
        with pytest.raises(WrongPasswordError):
            await sign_in(sign_ins, f"user {number}", "wrong")
    with pytest.raises(TooManyAttemptsError) as caught:
        await sign_in(sign_ins, "Anna", "right")

    assert caught.value.wait == signing_in.WINDOW
    assert len(cheap) == signing_in.TRIES_FROM_ADDRESS
    assert await sign_in(sign_ins, "Anna", "right", address="192.0.2.2")
    clock.advance(signing_in.WINDOW)
    assert await sign_in(sign_ins, "Anna", "right")


async def test_one_user_is_tried_from_so_many_addresses_and_no_more(sign_ins, cheap):
    for number in range(signing_in.TRIES_FOR_NAME):
        with pytest.raises(WrongPasswordError):
            await sign_in(sign_ins, "Anna", "wrong", address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttemptsError):
        await sign_in(sign_ins, "Anna", "right", address="198.51.100.1")

    assert await sign_in(sign_ins, "8", "right", address="198.51.100.1")


async def test_an_id_with_zeros_before_it_is_the_same_user_tried_again(sign_ins, cheap):
    for zeros in range(signing_in.TRIES_FOR_BOTH):
        with pytest.raises(WrongPasswordError):
            await sign_in(sign_ins, "0" * zeros + "7", "wrong")
    with pytest.raises(TooManyAttemptsError):
        await sign_in(sign_ins, "0" * signing_in.TRIES_FOR_BOTH + "7", "right")


async def test_many_tries_at_once_are_counted_before_it_is_known_how_they_end(sign_ins, cheap):
    answers = await asyncio.gather(*(sign_in(sign_ins, "Anna", "wrong") for _ in range(20)), return_exceptions=True)

    assert [type(answer) for answer in answers].count(WrongPasswordError) == signing_in.TRIES_FOR_BOTH
    assert len(cheap) == signing_in.TRIES_FOR_BOTH


async def test_a_password_is_looked_at_for_a_user_that_does_not_exist_too(sign_ins, cheap):
    with pytest.raises(WrongPasswordError):
        await sign_in(sign_ins, "stranger", "right")

    assert cheap == [("right", "")]


async def test_those_who_wait_are_bounded(sign_ins, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(signing_in, "is_password", lambda *_: not gate.wait())
    tries = [
        asyncio.ensure_future(sign_in(sign_ins, f"user {number}", "wrong", address=f"192.0.2.{number}"))
        for number in range(signing_in.MAX_WAITING + 3)
    ]
    ended, _ = await asyncio.wait(tries, timeout=0.1)
    gate.set()
    await asyncio.wait(tries)

    assert [type(each.exception()) for each in ended] == [TooManyAttemptsError] * 3
    assert {type(each.exception()) for each in tries if each not in ended} == {WrongPasswordError}
