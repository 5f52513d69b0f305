"""What must never be in a recording, and how it is taken out.

Removed are the values of fields whose names say that they are secret (``token``, ``secret``, ``authorization``,
``key`` and their like, in any spelling), whatever looks like a JWT, credentials in headers and addresses, and the
credentials that the program itself was given, wherever they turn up. A text becomes `REMOVED`, a number 0: the kind
of a value is kept, so that one can still infer from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import cast

from msgspec import Raw

from vklive.recording.json_walk import UnreadableJsonError, replaced

REMOVED = "<removed>"
"""What stands in place of a secret."""

MIN_KNOWN_LENGTH = 6
"""Characters that a given credential must have to be looked for: a shorter one is in half of all words."""

_SECRET_PARTS = r"token|secret|passw|authori[sz]ation|credential|jwt|cookie|api_?key"  # noqa: S105 - the names of secrets
_SECRET_WORDS = r"key|keys|auth|sig|sign|signature|session|sid|pwd|pass"  # noqa: S105 - the same
_SECRET_NAME = re.compile(rf"{_SECRET_PARTS}|(?:^|_)(?:{_SECRET_WORDS})(?:_|$)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")

# A stranger's text must not be able to keep the program busy: every pattern takes time in proportion to its length.
_NAME_IN_TEXT = rf"(?:[\w.-]{{0,100}}(?:{_SECRET_PARTS})[\w.-]{{0,100}}|(?:[\w.-]{{0,100}}[_.-])?(?:{_SECRET_WORDS}))"
_USUAL_LENGTH = 100
_MIN_HEAD = len("eyJ") + 4
_MIN_CLAIMS = 4
_MAYBE_JWT = re.compile(r"[\w.-]{12,}")
# What a text must have in it for a pattern to be worth looking for, the pattern, and what stands in its place.
_SECRETS_IN_TEXT: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (" ", re.compile(r"\b(bearer|basic|apikey)( +)[\w.~+/=-]{16,}", re.IGNORECASE), rf"\1\2{REMOVED}"),
    ("=", re.compile(rf"((?:^|[?&;#\s\"']){_NAME_IN_TEXT}=)[^&#\s\"']+", re.IGNORECASE), rf"\1{REMOVED}"),
    ("@", re.compile(r"(://)[^/\s@\":]*:[^/\s@\"]+@"), rf"\1{REMOVED}@"),
)
_FIELD_IN_TEXT = re.compile(rf'("{_NAME_IN_TEXT}"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^\s,}}\]]+)', re.IGNORECASE | re.DOTALL)


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    return _is_secret_name(name) if len(name) <= _USUAL_LENGTH else _is_secret_name.__wrapped__(name)


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(_HUMP.sub("_", name).lower()) is not None


class Secrets:
    """Takes secrets out of what is recorded.

    Args:
        known: the credentials that the program has; they are removed wherever they are.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        found = sorted({each for each in known if len(each) >= MIN_KNOWN_LENGTH}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, found))) if found else None

    def __repr__(self) -> str:
        return "Secrets()"

    def without(self, text: bytes) -> bytes:
        """A JSON text without the secrets in it; the same bytes when there are none.

        Raises:
            UnreadableJsonError: it cannot be read; ask `without_in_text`.
        """
        return replaced(text, self._walk)

    def without_in_text(self, text: str) -> str:
        """Any text without the secrets in it, also when it was meant to be JSON."""
        return _FIELD_IN_TEXT.sub(rf'\1"{REMOVED}"', self._in_string(text))

    def without_in_frame(self, frame: bytes) -> str:
        """A frame, which is JSON texts in lines, without the secrets in it."""
        return "\n".join(map(self._in_line, frame.split(b"\n")))

    def _in_line(self, line: bytes) -> str:
        try:
            return self.without(line).decode()
        except UnreadableJsonError:
            return self.without_in_text(line.decode("utf-8", "backslashreplace"))

    def _in_string(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(REMOVED, text)
        if "eyJ" in text:
            text = _MAYBE_JWT.sub(_without_jwt, text)
        for needed, pattern, instead in _SECRETS_IN_TEXT:
            if needed in text:
                text = pattern.sub(instead, text)
        return text

    def _walk(self, value: object) -> object:
        match value:
            case str():
                new = self._in_string(value)
                return value if new == value else new
            case dict():
                return self._walk_object(cast("dict[str, object]", value))
            case list():
                given = cast("list[object]", value)
                items = [self._walk(item) for item in given]
                return given if all(new is old for new, old in zip(items, given, strict=True)) else items
            case _:
                return value

    def _walk_object(self, given: dict[str, object]) -> Mapping[str, object]:
        new: dict[str, object] = {}
        changed = False
        for key, inner in given.items():
            name = self._in_string(key)
            kept = _removed(inner) if is_secret_name(key) else self._walk(inner)
            changed = changed or kept is not inner or name != key
            new[name] = kept
        return new if changed else given


def _without_jwt(run: re.Match[str]) -> str:
    """A run of letters without the JWT that it ends with: ``eyJ…`` and what comes after dots."""
    pieces = run[0].split(".")
    for number, (head, claims) in enumerate(pairwise(pieces)):
        begin = head.find("eyJ")
        if 0 <= begin <= len(head) - _MIN_HEAD and len(claims) >= _MIN_CLAIMS:
            return ".".join([*pieces[:number], head[:begin] + REMOVED])
    return run[0]


def _removed(value: object) -> object:
    """A value of the same kind that says nothing. Yes, no, null and what is empty say nothing anyway."""
    match value:
        case bool() | None | "":
            return value
        case str():
            return REMOVED
        case int() | Raw():
            return 0
        case dict():
            return {key: _removed(inner) for key, inner in cast("dict[str, object]", value).items()}
        case list():
            return [_removed(item) for item in cast("list[object]", value)]
        case _:
            return REMOVED
