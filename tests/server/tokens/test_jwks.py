"""Keys from a JWKS endpoint: fetched once, kept for a while, and never asked for more often than a stranger may."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from vklive.clock import Clock
from vklive.errors import ConfigError, ConnectError
from vklive.server.tokens import InvalidTokenError, Verifier
from vklive.server.tokens.expected import ANYBODY, Expected
from vklive.server.tokens.jwks import (
    ATTEMPTS,
    CACHE_TTL,
    FETCH_TIMEOUT,
    MAX_NEW_SETS,
    MAX_SETS,
    RETRY_DELAY,
    STALE_TTL,
    JwksKeys,
)
from vklive.testing import VirtualClock, run_virtual

KEY, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
REALMS = Expected(issuer_regex=r"^https://idp\.example/(?P<realm>.+)$")


def token(key: Any = KEY, kid: str = "one", *, algorithm: str = "RS256", **claims: Any) -> str:
    return jwt.encode({"sub": "42", **claims}, key, algorithm=algorithm, headers={"kid": kid})


def of_realm(realm: str, key: Any = KEY, kid: str = "one") -> str:
    return token(key, kid, iss=f"https://idp.example/{realm}")


def verifier(url: str, clock: Clock, *, expected: Expected = ANYBODY, **options: Any) -> Verifier:
    return Verifier(JwksKeys(url, clock=clock, expected=expected, **options), expected=expected)


def body_of(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


async def user_of(verifier: Verifier, token: str) -> str:
    """What a connection does: ask, fetch if need be, check."""
    if verifier.needs(token):
        await verifier.prepare(token)
    return verifier.connection(token, now=0).user


async def test_a_key_is_fetched_once_and_used_for_an_hour(endpoint, jwk):
    clock = VirtualClock()
    endpoint.publish(jwk(KEY, "one"))
    checks = verifier(endpoint.url, clock)
    assert checks.needs(token())

    assert await asyncio.gather(*(user_of(checks, token()) for _ in range(20))) == ["42"] * 20

    assert not checks.needs(token())
    assert len(endpoint.asked) == 1
    clock.advance(CACHE_TTL - 1)
    assert not checks.needs(token())
    clock.advance(1)
    assert checks.needs(token())
    assert await user_of(checks, token()) == "42"
    assert len(endpoint.asked) == 2


async def test_a_key_that_has_not_been_fetched_is_not_there(endpoint):
    with pytest.raises(InvalidTokenError, match="has not been fetched"):
        verifier(endpoint.url, VirtualClock()).connection(token(), now=0)


async def test_keys_may_be_rotated(endpoint, jwk):
    clock = VirtualClock()
    endpoint.publish(jwk(KEY, "one"))
    checks = verifier(endpoint.url, clock)
    await user_of(checks, token())
    clock.advance(RETRY_DELAY)
    endpoint.publish(jwk(OTHER, "two"))

    assert await user_of(checks, token(OTHER, "two")) == "42"

    with pytest.raises(InvalidTokenError, match="not in the set"):
        await user_of(checks, token())


async def test_keys_that_are_not_there_are_asked_for_once_in_a_while_only(endpoint, jwk):
    clock = VirtualClock()
    endpoint.publish(jwk(KEY, "one"))
    checks = verifier(endpoint.url, clock)
    await user_of(checks, token())

    for number in range(50):
        with pytest.raises(InvalidTokenError, match="not in the set"):
            await user_of(checks, token(OTHER, f"unknown-{number}"))
    assert len(endpoint.asked) == 1
    clock.advance(RETRY_DELAY)
    with pytest.raises(InvalidTokenError):
        await user_of(checks, token(OTHER, "unknown"))
    assert len(endpoint.asked) == 2
    assert await user_of(checks, token()) == "42"


@pytest.mark.parametrize(
    "kid",
    ["../../../dev/null", "..%2f..%2fone", "http://127.0.0.1:1/one", "one\x00", "ONE", " one", "one' OR '1'='1", "'"],
)
async def test_an_id_of_a_key_is_compared_and_nothing_else(endpoint, jwk, kid):
    endpoint.publish(jwk(KEY, "one"))

    with pytest.raises(InvalidTokenError, match="not in the set"):
        await user_of(verifier(endpoint.url, VirtualClock()), token(KEY, kid))
    assert endpoint.asked == ["GET /keys HTTP/1.1"]


async def test_a_token_that_names_no_key_is_invalid_and_asks_for_nothing(endpoint, jwk):
    endpoint.publish(jwk(KEY, "one"))
    checks = verifier(endpoint.url, VirtualClock())

    for nameless in (jwt.encode({"sub": "42"}, KEY, algorithm="RS256"), token(KEY, "")):
        with pytest.raises(InvalidTokenError, match="does not say which key"):
            await user_of(checks, nameless)
    assert endpoint.asked == []


async def test_the_key_says_how_a_token_is_signed(endpoint, jwk):
    endpoint.publish(jwk(KEY, "one", alg="RS512"), jwk(KEY, "two"))
    checks = verifier(endpoint.url, VirtualClock())

    assert await user_of(checks, token(algorithm="RS512")) == "42"
    for wrong in (
        token(algorithm="RS256"),
        token(KEY, "two", algorithm="PS256"),
        token("a secret of at least thirty-two bytes", "two", algorithm="HS256"),
        jwt.encode({"sub": "42"}, "", algorithm="none", headers={"kid": "two"}),
    ):
        with pytest.raises(InvalidTokenError, match="another way"):
            await user_of(checks, wrong)
    with pytest.raises(InvalidTokenError, match="signature"):
        await user_of(checks, token(OTHER, "two"))


@pytest.mark.parametrize("wrong", ["", "a.b.c", "x" * 100_000])
async def test_what_is_no_token_asks_for_nothing(endpoint, wrong):
    checks = verifier(endpoint.url, VirtualClock())

    assert not checks.needs(wrong)
    await checks.prepare(wrong)
    assert endpoint.asked == []


async def test_a_token_for_somebody_else_asks_for_nothing(endpoint):
    checks = verifier(endpoint.url, VirtualClock(), expected=Expected(audience="us", issuer="me"))

    for claims in ({}, {"aud": "us"}, {"aud": "them", "iss": "me"}):
        assert not checks.needs(token(**claims))
    assert checks.needs(token(aud=["them", "us"], iss="me"))


# When it goes wrong.


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"status": "500 Oops", "body": b""}, "it answered 500"),
        ({"status": "302 Found", "body": b"", "head": "Location: /elsewhere\r\n"}, "it answered 302"),
        ({"body": b"<html>"}, "no set of keys"),
        ({"body": b" " * 2_000_000}, "over 1048576 bytes"),
    ],
)
async def test_an_endpoint_that_is_broken_makes_tokens_invalid_and_the_reason_is_told(
    endpoint, caplog, answer, problem
):
    clock = VirtualClock()
    endpoint.serve(**answer)
    checks = verifier(endpoint.url, clock)

    for _ in range(5):
        with pytest.raises(InvalidTokenError, match=problem):
            await user_of(checks, token())

    assert len(endpoint.asked) == ATTEMPTS
    (record,) = [record for record in caplog.records if record.name.startswith("vklive")]
    assert problem in record.getMessage()
    assert "127.0.0.1" in record.getMessage()
    clock.advance(RETRY_DELAY)
    assert checks.needs(token())


async def test_the_second_attempt_may_succeed(jwk):
    errors = [ConnectError("idp.example", phase="tcp", problem="ReadError"), None]

    async def fetch(url: str) -> bytes:
        if (error := errors.pop(0)) is not None:
            raise error
        return body_of(jwk(KEY, "one"))

    assert await user_of(verifier("https://idp.example/", VirtualClock(), fetch=fetch), token()) == "42"


def test_an_endpoint_that_is_slow_is_not_waited_for():
    async def scene() -> None:
        async def never(url: str) -> bytes:
            await asyncio.Event().wait()
            raise AssertionError

        loop = asyncio.get_running_loop()
        checks = verifier("https://idp.example/", VirtualClock(), fetch=never)
        start = loop.time()
        with pytest.raises(InvalidTokenError, match="no answer within 1 s"):
            await user_of(checks, token())
        assert loop.time() - start == pytest.approx(ATTEMPTS * FETCH_TIMEOUT)

    run_virtual(scene())


async def test_an_endpoint_that_goes_away_locks_nobody_out_for_a_while(endpoint, jwk):
    clock = VirtualClock()
    endpoint.publish(jwk(KEY, "one"))
    checks = verifier(endpoint.url, clock)
    await user_of(checks, token())
    endpoint.serve(b"", status="500 Oops")

    clock.advance(CACHE_TTL)
    assert await user_of(checks, token()) == "42"
    clock.advance(RETRY_DELAY)
    assert checks.needs(token()), "it is asked again soon"
    clock.advance(STALE_TTL)
    with pytest.raises(InvalidTokenError, match="it answered 500"):
        await user_of(checks, token())


async def test_a_fetch_that_is_given_up_does_not_stop_the_others(jwk):
    gate = asyncio.Event()

    async def fetch(url: str) -> bytes:
        await gate.wait()
        return body_of(jwk(KEY, "one"))

    checks = verifier("https://idp.example/", VirtualClock(), fetch=fetch)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(user_of(checks, token()))
        second = group.create_task(user_of(checks, token()))
        await asyncio.sleep(0)
        first.cancel()
        gate.set()
    assert second.result() == "42"


# Addresses with placeholders.


async def test_the_address_may_depend_on_the_issuer(endpoint, jwk):
    endpoint.publish(jwk(KEY, "one"))
    checks = verifier(endpoint.url + "/{{realm}}", VirtualClock(), expected=REALMS)

    assert await user_of(checks, of_realm("north")) == "42"
    assert endpoint.asked == ["GET /keys/north HTTP/1.1"]


async def test_the_key_of_one_issuer_is_none_of_another(jwk):
    published = {"north": body_of(jwk(KEY, "one")), "south": body_of(jwk(OTHER, "two"))}

    async def fetch(url: str) -> bytes:
        return published[url.rpartition("/")[2]]

    checks = verifier("https://idp.example/{{realm}}", VirtualClock(), expected=REALMS, fetch=fetch)

    assert await user_of(checks, of_realm("north")) == "42"
    assert await user_of(checks, of_realm("south", OTHER, "two")) == "42"
    with pytest.raises(InvalidTokenError, match="not in the set"):
        await user_of(checks, of_realm("north", OTHER, "two"))


@pytest.mark.parametrize(
    "realm",
    [
        "..",
        ".",
        "a/b",
        "a/../b",
        "x@evil.example",
        "evil.example/#",
        "a?b",
        "a%2fb",
        "a b",
        "a:1",
        "a\\b",
        "\u0430",
        "a" * 256,
    ],
)
async def test_what_would_lead_elsewhere_fills_no_placeholder(realm):
    async def fetch(url: str) -> bytes:
        raise AssertionError(url)

    checks = verifier("https://{{realm}}.example/", VirtualClock(), expected=REALMS, fetch=fetch)

    with pytest.raises(InvalidTokenError, match="no part of an address"):
        await user_of(checks, of_realm(realm))


async def test_many_issuers_neither_fill_the_memory_nor_drive_out_those_that_are_in_use(jwk):
    clock, asked = VirtualClock(), []

    async def fetch(url: str) -> bytes:
        asked.append(url)
        return body_of(jwk(KEY, "one")) if url.endswith("/ours") else b'{"keys":[]}'

    keys = JwksKeys("https://idp.example/{{realm}}", clock=clock, expected=REALMS, fetch=fetch)
    checks = Verifier(keys, expected=REALMS)
    await user_of(checks, of_realm("ours"))
    for number in range(MAX_SETS + MAX_NEW_SETS):
        with pytest.raises(InvalidTokenError):
            await user_of(checks, of_realm(f"x{number}"))
        if number % MAX_NEW_SETS == 0:
            clock.advance(RETRY_DELAY)

    assert len(keys._sets) <= MAX_SETS
    assert await user_of(checks, of_realm("ours")) == "42"
    assert asked.count("https://idp.example/ours") == 1


async def test_strangers_can_have_only_so_many_sets_fetched(jwk):
    clock, asked = VirtualClock(), []

    async def fetch(url: str) -> bytes:
        asked.append(url)
        return body_of(jwk(KEY, "one"))

    checks = verifier("https://idp.example/{{realm}}", clock, expected=REALMS, fetch=fetch)
    for number in range(MAX_NEW_SETS):
        await user_of(checks, of_realm(f"x{number}"))
    with pytest.raises(InvalidTokenError, match="too many others"):
        await user_of(checks, of_realm("late"))
    assert await user_of(checks, of_realm("x0")) == "42"
    clock.advance(RETRY_DELAY)
    assert await user_of(checks, of_realm("late")) == "42"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://idp.example/", "no address of HTTP"),
        ("idp.example/keys", "no address of HTTP"),
        ("https://", "no address of HTTP"),
        ("https://[::", "no address of HTTP"),
        ("file:///etc/passwd", "no address of HTTP"),
        ("https://idp.example/{{tenant}}", "nothing fills the placeholder 'tenant'"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_the_start(url, problem):
    with pytest.raises(ConfigError, match=problem):
        JwksKeys(url, clock=VirtualClock(), expected=REALMS)
