"""Keys that are fetched from a JWKS endpoint (centrifugo.md 5.1).

Whatever goes wrong, be it the network, makes the token invalid that needed the key; its error says why. Strangers can
have us fetch by naming keys that are not there, so how often that happens is bounded, and so is what is kept.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from vklive.clock import Clock
from vklive.errors import ConfigError, ConnectError
from vklive.server.tokens.claims import InvalidTokenError
from vklive.server.tokens.expected import ANYBODY, Expected
from vklive.server.tokens.jwk import KeySetError, RsaKey, keys_in
from vklive.server.tokens.jwks_fetch import Fetch, fetch_with_httpx2
from vklive.server.tokens.jws import Jws

_log = logging.getLogger("vklive.server.tokens")

CACHE_TTL = 3600.0
"""Seconds after which a set is fetched anew."""

STALE_TTL = 3600.0
"""Seconds more in which its keys are used while that fails: an endpoint that is away locks nobody out at once."""

RETRY_DELAY = 5.0
"""Seconds after a fetch in which the same set is not fetched again, whichever keys tokens name."""

ATTEMPTS = 2
"""How often a fetch is tried."""

FETCH_TIMEOUT = 1.0
"""Seconds that one attempt may take."""

MAX_SETS = 256
"""How many sets are kept, where a pattern leads to many."""

MAX_NEW_SETS = 16
"""How many sets that have never given a key are fetched within `RETRY_DELAY`: their names come from strangers."""

_PLACEHOLDER = re.compile(r"{{\s*(\w+)\s*}}")
_NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~-]{1,255}\Z")


class _Set:
    """The keys of one endpoint. Without any until they have been fetched."""

    def __init__(self) -> None:
        self.keys: dict[str, RsaKey] = {}
        self.fetched_at = float("-inf")
        self.tried_at = float("-inf")
        self.problem = ""
        self.fetching = asyncio.Lock()


class JwksKeys:
    """Keys from a JWKS endpoint.

    A name that fills a placeholder comes from a token that nobody has checked yet, so it may only have letters, digits
    and ``-._~``: it can choose among the sets of the endpoint, and can lead to no other host and no other folder.

    Args:
        endpoint: its address; ``{{name}}`` stands for a named group of the patterns of `expected`.
        clock: tells when keys are to be fetched anew.
        expected: what the verifier looks for in a token.
        fetch: how they are fetched.

    Raises:
        ConfigError: the address is not one of HTTP, or has a placeholder that nothing fills.
    """

    def __init__(
        self, endpoint: str, *, clock: Clock, expected: Expected = ANYBODY, fetch: Fetch = fetch_with_httpx2
    ) -> None:
        where = "token_jwks_public_endpoint"
        self._host = _host_of(endpoint)
        if not self._host:
            raise ConfigError(where, "it is no address of HTTP", hint="begin it with https:// or http://")
        for name in _PLACEHOLDER.findall(endpoint):
            if name not in expected.names:
                hint = f"write (?P<{name}>…) in token_issuer_regex or token_audience_regex"
                raise ConfigError(where, f"nothing fills the placeholder {name!r}", hint=hint)
        self._endpoint = endpoint
        self._clock = clock
        self._fetch = fetch
        self._sets: dict[str, _Set] = {}  # those that were of use last are at the end
        self._new_since = float("-inf")
        self._new = 0

    @property
    def is_remote(self) -> bool:
        """Yes."""
        return True

    def needs(self, jws: Jws, names: Mapping[str, str]) -> bool:
        """See `KeySet.needs`."""
        try:
            kept = self._sets.get(self._address(names))
        except InvalidTokenError:
            return False
        return bool(jws.key_id) and (kept is None or self._is_due(kept, jws.key_id))

    async def prepare(self, jws: Jws, names: Mapping[str, str]) -> None:
        """See `KeySet.prepare`. One fetch serves all who wait for it."""
        if not self.needs(jws, names):
            return
        url = self._address(names)
        kept = self._sets.get(url) or self._room_for(url)
        if kept is None:
            return
        async with kept.fetching:
            if self._is_due(kept, jws.key_id):
                await self._refill(kept, url)

    def check(self, jws: Jws, names: Mapping[str, str]) -> None:
        """See `KeySet.check`.

        Raises:
            InvalidTokenError: it names no key, a key that cannot be had, or is not signed with it.
        """
        if not jws.key_id:
            raise InvalidTokenError("it does not say which key it is signed with")
        url = self._address(names)
        kept = self._sets.get(url)
        if kept is None:
            raise InvalidTokenError("the set with its key has not been fetched: too many others are asked for")
        key = kept.keys.get(jws.key_id)
        if key is None:
            raise InvalidTokenError(kept.problem or "its key is not in the set of keys, or is none for signatures")
        jws.check(key.key, key.algorithm)
        self._sets[url] = self._sets.pop(url)

    def _address(self, names: Mapping[str, str]) -> str:
        def fill(placeholder: re.Match[str]) -> str:
            name = names.get(placeholder[1], "")
            if _NAME.match(name) is None:
                raise InvalidTokenError("what it says of its issuer or audience is no part of an address")
            return name

        return _PLACEHOLDER.sub(fill, self._endpoint)

    def _is_due(self, kept: _Set, key_id: str) -> bool:
        now = self._clock.monotonic()
        wanted = key_id not in kept.keys or now - kept.fetched_at >= CACHE_TTL
        return wanted and now - kept.tried_at >= RETRY_DELAY

    def _room_for(self, url: str) -> _Set | None:
        """A place for a set that is not kept yet, if there may be one more."""
        now = self._clock.monotonic()
        if now - self._new_since >= RETRY_DELAY:
            self._new_since, self._new = now, 0
        if self._new >= MAX_NEW_SETS:
            return None
        if len(self._sets) >= MAX_SETS:
            idle = [old for old, kept in self._sets.items() if not kept.fetching.locked()]
            # Those that never gave a key go first, then those that were of use longest ago.
            del self._sets[next((old for old in idle if not self._sets[old].keys), idle[0])]
        self._new += 1
        self._sets[url] = kept = _Set()
        return kept

    async def _refill(self, kept: _Set, url: str) -> None:
        for _ in range(ATTEMPTS):
            try:
                async with asyncio.timeout(FETCH_TIMEOUT):
                    kept.keys = keys_in(await self._fetch(url))
            except TimeoutError:
                kept.problem = f"the set of keys cannot be fetched: no answer within {FETCH_TIMEOUT:g} s"
            except (ConnectError, KeySetError) as error:
                kept.problem = f"the set of keys cannot be fetched: {error.problem}"
            else:
                kept.problem = ""
                kept.fetched_at = self._clock.monotonic()
                break
        kept.tried_at = self._clock.monotonic()
        if kept.problem:
            if kept.tried_at - kept.fetched_at >= CACHE_TTL + STALE_TTL:
                kept.keys = {}
            _log.warning("tokens cannot be checked with keys of %s: %s", self._host, kept.problem)


def _host_of(endpoint: str) -> str:
    """The host of an address of HTTP, with its placeholders; empty when it is none."""
    try:
        address = urlsplit(endpoint)
    except ValueError:
        return ""
    return (address.hostname or "") if address.scheme in {"http", "https"} else ""
