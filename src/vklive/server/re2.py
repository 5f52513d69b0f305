r"""Regular expressions as Go has them, made into Python's.

Source: RE2's syntax as Go's package regexp/syntax takes it. Both languages write most things alike, and mean something
else by some: to Python, ``$`` is also in front of a line break at the end, ``\d`` and ``\w`` are of all scripts,
``{,3}`` repeats, ``a++`` is something else than a mistake. Here everything means what it means to Go.

Names of scripts (``\p{Greek}``) and the flag ``U`` are not offered.

RE2 takes time that grows with the length of a text; Python goes back and tries again, and takes very long for
patterns in which something repeated is repeated, ``(a+)+b``. Whoever writes a pattern should not.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator

from msgspec import Struct

from vklive.errors import VkliveError

MAX_REPETITIONS = 1000
"""In ``{n,m}``; as in RE2."""


class RegexError(VkliveError):
    """A text is not a regular expression.

    Attributes:
        problem: what is wrong with it.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"not a regular expression: {self.problem}"


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, to be used with ``search`` where Go would use ``MatchString``.

    Raises:
        RegexError: it is none, or has what is not offered.
    """
    try:
        return re.compile(_Translation().of(pattern))
    except re.error as error:
        raise RegexError(error.msg) from None
    except (RecursionError, OverflowError):
        raise RegexError("it is nested too deeply or repeats too much") from None


_Range = tuple[int, int]
"""The first and the last of some characters."""

_LAST = sys.maxunicode
_DIGITS: list[_Range] = [(0x30, 0x39)]
_UPPER: list[_Range] = [(0x41, 0x5A)]
_LOWER: list[_Range] = [(0x61, 0x7A)]
_LETTERS = _UPPER + _LOWER
_WORD = [*_DIGITS, *_LETTERS, (0x5F, 0x5F)]
_PERL = {"d": _DIGITS, "w": _WORD, "s": [(0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20)]}
_POSIX: dict[str, list[_Range]] = {
    "alnum": _DIGITS + _LETTERS,
    "alpha": _LETTERS,
    "ascii": [(0x00, 0x7F)],
    "blank": [(0x09, 0x09), (0x20, 0x20)],
    "cntrl": [(0x00, 0x1F), (0x7F, 0x7F)],
    "digit": _DIGITS,
    "graph": [(0x21, 0x7E)],
    "lower": _LOWER,
    "print": [(0x20, 0x7E)],
    "punct": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
    "space": [(0x09, 0x0D), (0x20, 0x20)],
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": [*_DIGITS, (0x41, 0x46), (0x61, 0x66)],
}
_CONTROL = {"a": 0x07, "f": 0x0C, "t": 0x09, "n": 0x0A, "r": 0x0D, "v": 0x0B}

_ESCAPE = (
    r"\\(?:(?P<category>[pP])(?:\{(?P<long>[^}]*)\}|(?P<short>.))|x\{(?P<hex>[0-9A-Fa-f]{1,6})\}"
    r"|x(?P<byte>[0-9A-Fa-f]{2})|(?P<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})|(?P<escaped>.))"
)
_TOKEN = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|\Z)"
    rf"|{_ESCAPE}"
    r"|\[(?P<inverted>\^?)(?P<class>\]?+(?:\[:\^?\w*:\]|\\.|[^\]\\])*)\]"
    r"|\(\?P<(?P<name>\w+)>"
    r"|\(\?(?P<flags>[a-zA-Z-]*)(?P<scope>[:)])"
    r"|\(\?(?P<foreign>.{0,2})"
    r"|(?P<repeat>[*+?]|\{(?P<least>\d+)(?:,(?P<most>\d*))?\})(?P<lazy>\??)"
    r"|(?P<sign>[()|^$.])"
    r"|(?P<plain>[^\\\[])",
    re.DOTALL,
)
_ITEM = re.compile(rf"\[:(?P<not>\^?)(?P<posix>\w*):\]|{_ESCAPE}|(?P<plain>.)", re.DOTALL)


class _Group(Struct):
    """A group that is open.

    Attributes:
        multiline: ``^`` and ``$`` are about lines just now.
        flags: the beginnings of groups of Python's that stand for flags which hold up to the end of this one.
    """

    multiline: bool
    flags: list[str]


class _Translation:
    """Reads a pattern once, from left to right."""

    def __init__(self) -> None:
        self._groups = [_Group(multiline=False, flags=[])]
        self._repeatable = False

    def of(self, pattern: str) -> str:
        """The pattern, as Python has it."""
        made: list[str] = []
        at = 0
        while at < len(pattern):
            token = _TOKEN.match(pattern, at)
            if token is None:
                raise RegexError("a bracket or a backslash at the end" if pattern[at] == "\\" else "a bracket is open")
            repeatable = True
            if token["repeat"] is not None:
                repeatable = self._check_repetition(token)
                made.append(token[0])
            elif token["quoted"] is not None:
                made.append(re.escape(token["quoted"]))
            elif token["sign"] is not None:
                repeatable = token["sign"] not in {"(", "|"}
                made.append(self._sign(token["sign"]))
            elif token["foreign"] is not None:
                looks = "; it has no look-around" * token["foreign"].startswith(("=", "!", "<=", "<!"))
                raise RegexError(f"(?{token['foreign']} is nothing that RE2 has{looks}")
            elif token["name"] is not None or token["flags"] is not None:
                repeatable = False
                made.append(self._special_group(token))
            else:
                made.append(_character(token))
            self._repeatable = repeatable
            at = token.end()
        if len(self._groups) > 1:
            raise RegexError("a parenthesis is open")
        made.append(self._close_flags())
        return "".join(made)

    def _check_repetition(self, token: re.Match[str]) -> bool:
        if not self._repeatable:
            raise RegexError(f"there is nothing that {token[0]} could repeat")
        least, most = int(token["least"] or 0), int(token["most"] or token["least"] or 0)
        if not least <= most <= MAX_REPETITIONS:
            raise RegexError(f"{token[0]} must repeat from less to more, {MAX_REPETITIONS} times at most")
        return False

    def _sign(self, sign: str) -> str:
        match sign:
            case "(":
                self._groups.append(_Group(multiline=self._groups[-1].multiline, flags=[]))
                return "("
            case ")":
                closed = self._close_flags() + ")"
                self._groups.pop()
                if not self._groups:
                    raise RegexError("a parenthesis is closed that was not open")
                return closed
            case "|":
                return self._close_flags() + "|" + "".join(self._groups[-1].flags)
            case "$" if not self._groups[-1].multiline:
                return r"\Z"
            case _:
                return sign

    def _special_group(self, token: re.Match[str]) -> str:
        """``(?P<name>``, ``(?flags:`` or ``(?flags)``, of which the last holds up to the end of the group around it."""
        if token["name"] is not None:
            self._groups.append(_Group(multiline=self._groups[-1].multiline, flags=[]))
            return token[0]
        on, minus, off = token["flags"].partition("-")
        if not {*on, *off} <= set("ims") or (minus and not off) or (not on and not off and token["scope"] == ")"):
            raise RegexError(f"{token[0]} has other flags than i, m and s")
        multiline = ("m" in on or self._groups[-1].multiline) and "m" not in off
        off = "".join(sorted(set(off)))
        on = "".join(sorted(set(on) - set(off)))
        opened = f"(?{on}{'-' if off else ''}{off}:"
        if token["scope"] == ":":
            self._groups.append(_Group(multiline=multiline, flags=[]))
        else:
            self._groups[-1].multiline = multiline
            self._groups[-1].flags.append(opened)
        return opened

    def _close_flags(self) -> str:
        return ")" * len(self._groups[-1].flags)


def _character(token: re.Match[str]) -> str:
    """What stands for one character, or for a place between two."""
    match token["escaped"]:
        case "b" | "B":
            return f"(?a:{token[0]})"
        case "A":
            return token[0]
        case "z":
            return r"\Z"
        case _:
            pass
    if token["class"] is not None:
        return _class(_items(token["class"]), inverted=bool(token["inverted"]))
    ranges = _escaped(token) or [(ord(token["plain"]), ord(token["plain"]))]
    return re.escape(chr(ranges[0][0])) if len(ranges) == 1 and ranges[0][0] == ranges[0][1] else _class(ranges)


def _class(ranges: Iterable[_Range], *, inverted: bool = False) -> str:
    items = (re.escape(chr(low)) + (f"-{re.escape(chr(high))}" if high > low else "") for low, high in ranges)
    return f"[{'^' if inverted else ''}{''.join(items)}]"


def _items(text: str) -> Iterator[_Range]:
    """What stands between brackets."""
    at = 0
    while at < len(text):
        low = _item(text, at)
        at = low.end()
        if not low["posix"] and text[at : at + 1] == "-" and at + 1 < len(text):
            high = _item(text, at + 1)
            (first, *more), (last, *others) = _ranges(low), _ranges(high)
            if more or others or first[0] != first[1] or last[0] != last[1] or first[0] > last[0]:
                raise RegexError(f"{low[0]}-{high[0]} is no range of characters")
            yield first[0], last[0]
            at = high.end()
        else:
            yield from _ranges(low)


def _item(text: str, at: int) -> re.Match[str]:
    item = _ITEM.match(text, at)
    if item is None:
        raise RegexError("a backslash at the end of a bracket")
    return item


def _ranges(item: re.Match[str]) -> list[_Range]:
    if item["posix"] is not None:
        if item["posix"] not in _POSIX:
            raise RegexError(f"{item[0]} is no class of characters")
        return _without(_POSIX[item["posix"]]) if item["not"] else _POSIX[item["posix"]]
    return _escaped(item) or [(ord(item["plain"]), ord(item["plain"]))]


def _escaped(token: re.Match[str]) -> list[_Range]:
    """The characters that a backslash and what follows it stand for; none where there is no backslash."""
    number = None
    if token["category"]:
        return _category(token)
    if token["hex"] or token["byte"]:
        number = int(token["hex"] or token["byte"], 16)
    elif token["octal"]:
        number = int(token["octal"], 8)
    elif (letter := token["escaped"]) is None:
        return []
    elif letter.lower() in _PERL:
        ranges = _PERL[letter.lower()]
        return ranges if letter.islower() else _without(ranges)
    elif letter in _CONTROL:
        number = _CONTROL[letter]
    elif letter.isascii() and not letter.isalnum():
        number = ord(letter)
    if number is None or number > _LAST:
        raise RegexError(f"{token[0]} is nothing that RE2 has" + "; it has no references" * token[0][1:].isdigit())
    return [(number, number)]


def _category(token: re.Match[str]) -> list[_Range]:
    name = token["short"] or token["long"]
    inverted = (token["category"] == "P") ^ name.startswith("^")
    ranges = _categories().get(name.removeprefix("^"))
    if ranges is None:
        raise RegexError(f"{token[0]} is not offered: write the characters themselves, as [а-яё]")  # noqa: RUF001
    return _without(ranges) if inverted else ranges


@functools.cache
def _categories() -> dict[str, list[_Range]]:
    """The characters of each of Unicode's general categories: ``L``, ``Lu``. Takes a moment, once."""
    found: dict[str, list[_Range]] = {"Any": [(0, _LAST)]}
    for number in range(_LAST + 1):
        category = unicodedata.category(chr(number))
        for name in (category[0], category):
            ranges = found.setdefault(name, [])
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1] = (ranges[-1][0], number)
            else:
                ranges.append((number, number))
    return found


def _without(ranges: Iterable[_Range]) -> list[_Range]:
    """All other characters."""
    left: list[_Range] = []
    begin = 0
    for low, high in sorted(ranges):
        if low > begin:
            left.append((begin, low - 1))
        begin = high + 1
    return [*left, (begin, _LAST)] if begin <= _LAST else left
