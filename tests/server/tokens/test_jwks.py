"""Keys from a JWKS endpoint: a real one on a free port, which may be slow, broken or hostile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from vklive.clock import Clock
from vklive.server.tokens import InvalidTokenError
from vklive.server.tokens.expected import Expected
from vklive.server.tokens.jwks import ATTEMPTS, CACHE_TTL, MAX_ENDPOINTS, MAX_RESPONSE_SIZE, RETRY_DELAY, JwksKeys
from vklive.testing import VirtualClock

KEY = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)


def jwk(key: Any, kid: str, **changes: Any) -> dict[str, Any]:
    described: dict[str, Any] = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**described, "kid": kid, "use": "sig", "alg": "RS256", **changes}


def token(key: Any = KEY, kid: str = "one", *, algorithm: str = "RS256", **claims: Any) -> str:
    return jwt.encode({"sub": "42", **claims}, key, algorithm=algorithm, headers={"kid": kid})


class Endpoint:
    """What is served, and how often it was asked for."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.body = json.dumps({"keys": keys}).encode()
        self.status = "200 OK"
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(request.split(b" ")[1].decode())
        head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + self.body)
        try:
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(endpoint: Endpoint, clock: Clock, **options: Any) -> AsyncIterator[JwksKeys]:
    async with await asyncio.start_server(endpoint.answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        endpoint.url = f"http://127.0.0.1:{port}/keys"
        yield JwksKeys(endpoint.url + options.pop("path", ""), clock=clock, **options)


async def test_a_key_is_fetched_once_and_used_for_an_hour():
    clock, endpoint = VirtualClock(), Endpoint(jwk(KEY, "one"))
    async with serving(endpoint, clock) as keys:
        good = token()
        assert keys.needs(good)
        with pytest.raises(InvalidTokenError, match="not in the set"):
            keys.open(good)
        await asyncio.gather(*(keys.prepare(good) for _ in range(20)))
        assert json.loads(keys.open(good)) == {"sub": "42"}
        assert not keys.needs(good)
        assert len(endpoint.asked) == 1
        clock.advance(CACHE_TTL)
        assert keys.needs(good)


async def test_a_key_that_is_new_is_found_and_one_that_is_not_there_is_not_asked_for_again_at_once():
    clock, endpoint = VirtualClock(), Endpoint(jwk(KEY, "one"))
    async with serving(endpoint, clock) as keys:
        await keys.prepare(token())
        rotated = token(OTHER, "two")
        assert not keys.needs(rotated), "the set has only just been fetched"
        clock.advance(RETRY_DELAY)
        endpoint.body = Endpoint(jwk(KEY, "one"), jwk(OTHER, "two")).body
        await keys.prepare(rotated)
        assert json.loads(keys.open(rotated)) == {"sub": "42"}
        for number in range(50):
            await keys.prepare(token(OTHER, f"unknown-{number}"))
        assert len(endpoint.asked) == 2


@pytest.mark.parametrize(
    "described",
    [
        jwk(KEY, "one", use="enc"),
        jwk(KEY, "one", use=""),
        jwk(KEY, "one", alg="HS256"),
        jwk(KEY, "one", kty="oct", k="c2VjcmV0"),
        jwk(KEY, "one", n="!"),
        jwk(KEY, "one", n=5),
        jwk(KEY, ""),
        {"kid": "one", "use": "sig", "alg": "RS256"},
        {**ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True), "kid": "one"},
    ],
)
async def test_a_key_that_is_of_no_use_is_passed_over_and_the_others_are_used(described):
    endpoint = Endpoint(described, jwk(OTHER, "two"))
    async with serving(endpoint, VirtualClock()) as keys:
        await keys.prepare(token())
        with pytest.raises(InvalidTokenError):
            keys.open(token())
        assert json.loads(keys.open(token(OTHER, "two"))) == {"sub": "42"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"keys":5}', b"\xff", b" " * (MAX_RESPONSE_SIZE + 1)])
async def test_what_is_no_set_of_keys_makes_tokens_invalid_and_says_so(body):
    endpoint = Endpoint()
    endpoint.body = body
    async with serving(endpoint, VirtualClock()) as keys:
        await keys.prepare(token())
        with pytest.raises(InvalidTokenError, match="cannot be fetched"):
            keys.open(token())
        assert len(endpoint.asked) == ATTEMPTS


async def test_an_endpoint_that_fails_later_does_not_lock_everybody_out():
    clock, endpoint = VirtualClock(), Endpoint(jwk(KEY, "one"))
    async with serving(endpoint, clock) as keys:
        await keys.prepare(token())
        clock.advance(CACHE_TTL)
        endpoint.status = "500 Oops"
        await keys.prepare(token())
        assert json.loads(keys.open(token())) == {"sub": "42"}


async def test_the_address_may_depend_on_the_issuer():
    endpoint = Endpoint(jwk(KEY, "one"))
    expected = Expected(issuer_regex=r"^(?P<realm>\w+)$")
    async with serving(endpoint, VirtualClock(), path="/{{realm}}", expected=expected) as keys:
        await keys.prepare(token(iss="north"))
        assert json.loads(keys.open(token(iss="north")))["iss"] == "north"
        assert not keys.needs(token(iss="some where")), "it is no issuer of ours, and nobody looks after its keys"
        assert endpoint.asked == ["/keys/north"]


async def test_many_issuers_do_not_fill_the_memory():
    async def fetch(url: str) -> bytes:
        return Endpoint(jwk(KEY, "one")).body

    keys = JwksKeys(
        "http://127.0.0.1/{{realm}}",
        clock=VirtualClock(),
        expected=Expected(issuer_regex=r"^(?P<realm>\w+)$"),
        fetch=fetch,
    )
    tokens = [token(iss=f"realm{number}") for number in range(MAX_ENDPOINTS + 5)]
    for one in tokens:
        await keys.prepare(one)
    assert sum(not keys.needs(one) for one in tokens) == MAX_ENDPOINTS


@pytest.mark.parametrize(
    "wrong",
    [
        jwt.encode({"sub": "42"}, KEY, algorithm="RS256"),
        token("secret" * 8, algorithm="HS256"),
        "",
        "a.b.c",
        token(OTHER),
    ],
)
async def test_what_is_not_signed_with_a_key_of_the_set_is_invalid(wrong):
    async with serving(Endpoint(jwk(KEY, "one")), VirtualClock()) as keys:
        await keys.prepare(wrong)
        with pytest.raises(InvalidTokenError):
            keys.open(wrong)
