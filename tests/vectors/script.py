"""The recorded scenarios: reading them, filling in what a run chooses, comparing what it gave."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "recorded"
KEY = "secret"
API_KEY = "api_key"

_PLACEHOLDER = re.compile(r"<[a-z]+\d*>")
_TIME_CLAIMS = {"exp", "iat", "nbf", "expire_at"}


@dataclass(frozen=True)
class Scenario:
    """One recorded scenario."""

    name: str
    about: str
    log: list[dict[str, Any]]

    @property
    def waits(self) -> bool:
        """Whether seconds pass in it."""
        return any("wait" in entry for entry in self.log)

    @property
    def answers_pings(self) -> bool:
        """Whether its client answered pings at once."""
        return self.name != "no_pong"

    @property
    def records_pings(self) -> bool:
        """Whether it is about pings."""
        return any(entry.get("recv") == {} for entry in self.log)


def scenarios() -> Iterator[Scenario]:
    """All that have been copied here."""
    for path in sorted(RECORDED.glob("[a-z]*.json")):
        recorded = json.loads(path.read_text())
        yield Scenario(recorded["name"], recorded["about"], recorded["log"])


@dataclass
class Placeholders:
    """What a run put in the place of a placeholder: the same placeholder is always the same value."""

    now: int
    seen: dict[str, Any] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        """What is to be sent, with tokens made and saved values put in."""
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$token" in value:
            return self._token(**value["$token"])
        if "$saved" in value:
            return self.seen[value["$saved"]]
        if value.keys() == {"repeat", "length"}:
            return value["repeat"] * value["length"]
        return {key: self.fill(item) for key, item in value.items()}

    def differences(self, expected: Any, got: Any, *, at: str = "$") -> list[str]:
        """Where `got` is not what was recorded, field by field."""
        if isinstance(expected, str) and _PLACEHOLDER.fullmatch(expected):
            known = self.seen.setdefault(expected, got)
            if expected.startswith("<epoch"):
                self.seen["epoch"] = got
            same = isinstance(got, str) and got and known == got
            return [] if same else [f"{at}: {expected} was {known!r} and is {got!r}"]
        if isinstance(expected, dict) and isinstance(got, dict):
            # A presence has client ids for keys; they have been seen before.
            expected = {self._meant(key): value for key, value in expected.items()}
            found = [f"{at}.{key}: missing" for key in expected.keys() - got.keys()]
            found += [f"{at}.{key}: not recorded: {got[key]!r}" for key in got.keys() - expected.keys()]
            for key in expected.keys() & got.keys():
                found += self.differences(expected[key], got[key], at=f"{at}.{key}")
            return found
        if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
            return [
                difference
                for index, (one, other) in enumerate(zip(expected, got, strict=True))
                for difference in self.differences(one, other, at=f"{at}[{index}]")
            ]
        same = type(expected) is type(got) and expected == got
        return [] if same else [f"{at}: recorded {expected!r}, got {got!r}"]

    def _meant(self, key: str) -> str:
        return str(self.seen.get(key, key)) if _PLACEHOLDER.fullmatch(key) else key

    def _token(self, claims: dict[str, Any], key: str = KEY) -> str:
        # Made by hand: the recorded key is shorter than a JWT library lets pass without a warning.
        moved = {name: self.now + value if name in _TIME_CLAIMS else value for name, value in claims.items()}
        signed = f"{_base64({'typ': 'JWT', 'alg': 'HS256'})}.{_base64(moved)}".encode()
        signature = hmac.digest(key.encode(), signed, "sha256")
        return f"{signed.decode()}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _base64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
