"""Keys that are fetched from a JWKS endpoint (centrifugo.md 5.1).

RSA keys only, as Centrifugo v4 has it: each says with which algorithm it is used. Whatever goes wrong, be it the
network, makes the token invalid that needed the key; the reason is in its error.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import cast

import httpx2
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_decode
from msgspec import Struct

from vklive.clock import Clock
from vklive.server.settings import Algorithm
from vklive.server.tokens.claims import InvalidTokenError
from vklive.server.tokens.expected import ANYBODY, Expected
from vklive.server.tokens.verifying import header_of, open_with, signature_of

_log = logging.getLogger("vklive.server.tokens")

CACHE_TTL = 3600.0
"""Seconds that fetched keys are used before they are fetched anew."""
RETRY_DELAY = 5.0
"""Seconds after a fetch in which no other is made, whatever keys tokens name: nobody hammers it through us."""
ATTEMPTS = 2
FETCH_TIMEOUT = 1.0
"""Seconds that one attempt may take."""
MAX_RESPONSE_SIZE = 1024 * 1024
"""Bytes of a set of keys."""
MAX_ENDPOINTS = 64
"""How many addresses a pattern of issuers may lead to; their keys are kept."""

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets the body at an address; raises whatever goes wrong."""

_RS: frozenset[str] = frozenset({"RS256", "RS384", "RS512"})
_PLACEHOLDER = re.compile(r"{{\s*(\w+)\s*}}")


class _Jwk(Struct):
    kid: str = ""
    kty: str = ""
    use: str = ""
    alg: str = ""
    n: str = ""
    e: str = ""


class _JwkSet(Struct):
    keys: list[msgspec.Raw] = []


class _Claims(Struct):
    iss: str | None = None
    aud: str | list[str] | None = None


class _Endpoint:
    def __init__(self) -> None:
        self.keys: dict[str, tuple[Algorithm, RSAPublicKey]] = {}
        self.lock = asyncio.Lock()
        self.fetched_at = float("-inf")
        self.problem = ""


class JwksKeys:
    """Keys from a JWKS endpoint.

    Args:
        endpoint: its address; ``{{name}}`` stands for a named group of the patterns of `expected`.
        expected: who tokens must be from and for; it also keeps strangers' tokens from being looked after.
        clock: tells when keys are to be fetched anew.
        fetch: how they are fetched.
    """

    def __init__(
        self, endpoint: str, *, clock: Clock, expected: Expected = ANYBODY, fetch: Fetch | None = None
    ) -> None:
        self._template = endpoint
        self._expected = expected
        self._clock = clock
        self._fetch = fetch or _get
        self._endpoints: dict[str, _Endpoint] = {}
        self._jws = jwt.PyJWS(algorithms=[])
        for algorithm in _RS:
            self._jws.register_algorithm(algorithm, signature_of(cast("Algorithm", algorithm)))

    def needs(self, token: str) -> bool:
        """Whether a key has to be fetched for this token: it may be one of ours, and its key is not here."""
        try:
            kid, url = self._place_of(token)
        except InvalidTokenError:
            return False
        endpoint = self._endpoints.get(url)
        if endpoint is None:
            return True
        age = self._clock.monotonic() - endpoint.fetched_at
        return age >= CACHE_TTL or (kid not in endpoint.keys and age >= RETRY_DELAY)

    async def prepare(self, token: str) -> None:
        """Fetch the keys that this token needs; one fetch serves all who wait for it."""
        try:
            _, url = self._place_of(token)
        except InvalidTokenError:
            return
        if url not in self._endpoints and len(self._endpoints) >= MAX_ENDPOINTS:
            del self._endpoints[next(iter(self._endpoints))]
        endpoint = self._endpoints.setdefault(url, _Endpoint())
        async with endpoint.lock:
            if self.needs(token):
                await self._refill(endpoint, url)

    def open(self, token: str) -> bytes:
        """The claims of a token.

        Raises:
            InvalidTokenError: see `vklive.server.tokens.verifying.TokenOpener.open`; also when its key cannot be had.
        """
        kid, url = self._place_of(token)
        endpoint = self._endpoints.get(url, _Endpoint())
        if kid not in endpoint.keys:
            raise InvalidTokenError(endpoint.problem or "its key is not in the set of keys")
        algorithm, key = endpoint.keys[kid]
        return open_with(self._jws, token, key=cast("bytes", key), algorithm=algorithm)

    async def _refill(self, endpoint: _Endpoint, url: str) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with asyncio.timeout(FETCH_TIMEOUT):
                    endpoint.keys = _keys_in(await self._fetch(url))
            except Exception as error:  # noqa: BLE001 - whatever it is, there is no key, and the reason is told
                # What was fetched before is used on: an endpoint that is away does not lock everybody out.
                endpoint.problem = f"the set of keys cannot be fetched ({type(error).__name__})"
                _log.warning("cannot fetch the keys of tokens, attempt %d of %d: %r", attempt, ATTEMPTS, error)
            else:
                endpoint.problem = ""
                break
        endpoint.fetched_at = self._clock.monotonic()

    def _place_of(self, token: str) -> tuple[str, str]:
        """The id of the key, and where it is; nothing of it has been checked yet."""
        header = header_of(token)
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise InvalidTokenError("it does not say which key it is signed with")
        if header.get("alg") not in _RS:
            raise InvalidTokenError("it is signed in a way that is not configured")
        if "{{" not in self._template:
            return kid, self._template
        try:
            payload = base64url_decode(token.split(".")[1])
            claims = msgspec.json.decode(payload, type=_Claims)
        except (msgspec.MsgspecError, ValueError, IndexError, RecursionError):
            raise InvalidTokenError("its claims are not what claims should be") from None
        groups = self._expected.check(audience=claims.aud, issuer=claims.iss)
        return kid, _PLACEHOLDER.sub(lambda match: groups.get(match[1], ""), self._template)


def _keys_in(body: bytes) -> dict[str, tuple[Algorithm, RSAPublicKey]]:
    """The keys of a set that are of use, by id. One that is not is passed over."""
    found: dict[str, tuple[Algorithm, RSAPublicKey]] = {}
    for raw in msgspec.json.decode(body, type=_JwkSet).keys:
        try:
            jwk = msgspec.json.decode(raw, type=_Jwk)
            if jwk.kty != "RSA" or jwk.use != "sig" or jwk.alg not in _RS or not jwk.kid:
                continue
            key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": jwk.n, "e": jwk.e})
        except (msgspec.MsgspecError, jwt.PyJWTError, ValueError):
            continue
        if isinstance(key, RSAPublicKey):
            found[jwk.kid] = (cast("Algorithm", jwk.alg), key)
    return found


async def _get(url: str) -> bytes:
    async with httpx2.AsyncClient(timeout=FETCH_TIMEOUT) as http, http.stream("GET", url) as answer:
        answer.raise_for_status()
        body = b""
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > MAX_RESPONSE_SIZE:
                raise ValueError(f"the set of keys has more than {MAX_RESPONSE_SIZE} bytes")
        return body
