"""People in a recording, replaced by pseudonyms, so that it can be shared.

Replaced are nicks, ids of users and of channels, slugs of channels, all addresses but for their hosts, and whatever
people wrote, including titles. The same person has the same pseudonym everywhere in what one run of a program
records; nobody can find out who it is, as that takes a key that no one keeps. Kept are kinds, lengths of texts, times,
numbers, constants and ids of things, such as messages and rewards: what is needed to infer and to replay.

What a field of an unknown event holds can only be guessed from its name and its value. In doubt it is replaced: any
text with white space or with letters that are not ASCII counts as written by people.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from itertools import cycle, islice
from typing import cast
from urllib.parse import urlsplit

from vklive.recording.json_walk import replaced

_PEOPLE = frozenset(
    {"author", "banned", "blog", "channel", "donator", "donor", "follower", "giver", "mention", "moderator", "owner"}
    | {"raider", "recipient", "sender", "streamer", "subscriber", "target", "user", "viewer"}
)
_NAMES = frozenset({"nick", "nickname", "username", "login", "nick_name", "display_name", "first_name", "last_name"})
_PLACES = frozenset({"blog", "channel"})
_REACHED_BY = frozenset({"email", "mail", "phone", "ip"})
_WRITTEN = frozenset({"content", "text", "message", "comment", "body", "title", "description"})
_WS_CHANNELS = frozenset({"ws_channel", "channel"})

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+")
_PROSE = re.compile(r"\s|[^\x00-\x7f]")
_FILLER = "lorem ipsum dolor sit amet "
_INT32 = 2**31 - 1


class Pseudonyms:
    """Gives the same pseudonym for the same name, for as long as it lives.

    Args:
        key: what makes them other ones than those of anybody else; by default random, and kept nowhere.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(32) if key is None else key

    def __repr__(self) -> str:
        return "Pseudonyms()"

    def of_json(self, text: bytes, *, but: Collection[str] = ()) -> bytes:
        """A JSON text without people in it.

        Args:
            text: the JSON.
            but: fields of the outermost object that stay as they are.

        Raises:
            UnreadableJsonError: it cannot be read.
        """

        def replace(document: object) -> object:
            new = self._value(document, "", person=False)
            if isinstance(document, dict) and isinstance(new, dict):
                given = cast("dict[str, object]", document)
                return {**cast("dict[str, object]", new), **{key: given[key] for key in but if key in given}}
            return new

        return replaced(text, replace)

    def of_slug(self, slug: str) -> str:
        """For the slug of a channel."""
        return f"channel_{self._hex('slug', slug.lower())}" if slug else ""

    def of_ws_channel(self, name: str) -> str:
        """For the name of a ws channel: its numbers are ids of a channel and of a user."""
        return _NUMBER.sub(lambda number: str(self._number(int(number[0]))), name)

    def _hex(self, kind: str, name: str, *, length: int = 8) -> str:
        return hmac.digest(self._key, f"{kind}:{name}".encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:length]

    def _nick(self, nick: str) -> str:
        return f"user_{self._hex('nick', nick.lower())}"

    def _number(self, number: int) -> int:
        return 1 + int(self._hex("id", str(number), length=15), 16) % _INT32 if number else 0

    def _value(self, value: object, key: str, *, person: bool) -> object:
        words = _words(key)
        match value:
            case dict():
                return self._object(cast("dict[str, object]", value), words)
            case list():
                return [self._value(item, _singular(key), person=person) for item in cast("list[object]", value)]
            case int() if not isinstance(value, bool) and (
                _names_a_person(words, person=person) or _PEOPLE.issuperset(words[-1:])
            ):
                return self._number(value)
            case str() if value:
                return self._text(value, words, person=person)
            case _:
                return value

    def _object(self, value: dict[str, object], words: list[str]) -> dict[str, object]:
        person = bool(_PEOPLE & {_singular(word) for word in words[-1:]}) or any(name in value for name in _NAMES)
        return {self._key_of(key): self._value(inner, key, person=person) for key, inner in value.items()}

    def _key_of(self, key: str) -> str:
        if _NUMBER.fullmatch(key):
            return str(self._number(int(key)))
        return f"key_{self._hex('key', key)}" if _PROSE.search(key) else key

    def _text(self, text: str, words: list[str], *, person: bool) -> str:
        name = "_".join(words)
        if name in _WS_CHANNELS and ":" in text:
            return self.of_ws_channel(text)
        if _URL.fullmatch(text):
            parts = urlsplit(text)
            return f"{parts.scheme}://{parts.hostname or 'host.invalid'}/{self._hex('url', text)}"
        last = _singular(name.rpartition("_")[2])
        of_person = person or any(_singular(word) in _PEOPLE for word in words[:-1])
        if _names_a_person(words, person=person) or last in _PEOPLE - _PLACES or last in _REACHED_BY:
            if _NUMBER.fullmatch(text):
                return str(self._number(int(text)))
            return self._nick(text) if last in _PEOPLE else self._hex("id", text)
        if name in _NAMES or last in _NAMES or (of_person and last == "name"):
            return self._nick(text)
        if last == "slug" or last in _PLACES or (of_person and last == "url"):
            return self.of_slug(text)
        if name in _WRITTEN or _PROSE.search(text):
            return text if text.isspace() else "".join(islice(cycle(_FILLER), len(text)))
        return text


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _singular(word: str) -> str:
    return word.removesuffix("s")


def _names_a_person(words: list[str], *, person: bool) -> bool:
    """Whether a field holds the id of a person: ``id`` in a person, or ``user_id`` and its like anywhere."""
    if words[-1:] not in (["id"], ["ids"]):
        return False
    return person if len(words) == 1 else bool(_PEOPLE & set(words[:-1]))
