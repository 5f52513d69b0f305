r"""Strangers' text, made safe for a terminal.

A chat message may hold escape sequences that move the cursor, bidirectional overrides that turn a text around, line
breaks that forge another line, and characters that nobody sees. All of them are shown as what they are: ``\x1b``,
``\u202e``, ``\n``. What is escaped: the Unicode categories Cc, Cf, Cs, Zl and Zp, and the letters that are blank.
The one exception is the joiner inside of an emoji.
"""

from __future__ import annotations

import re

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_FORMATS = (
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0001\U000e0020-\U000e007f"
)
_SURROGATES = r"\ud800-\udfff"
_LINE_BREAKS = r"\u2028\u2029"
_BLANK_LETTERS = r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0"
_PICTOGRAPHS = r"[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]"
_STRAY_JOINER = rf"(?<!{_PICTOGRAPHS})\u200d|\u200d(?!{_PICTOGRAPHS})"

_UNSAFE = re.compile(
    rf"[{_CONTROLS}{_FORMATS}{_SURROGATES}{_LINE_BREAKS}{_BLANK_LETTERS}]|{_STRAY_JOINER}",
)
_JSON_WHITESPACE = re.compile(r"[\t\n\r]")


def escape(text: str) -> str:
    """The text in one line, with every character that could play tricks written as an escape of Python's."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def escape_json(text: str) -> str:
    r"""The same for a JSON text: it means the same as before, on one line, with ``\u`` escapes.

    Args:
        text: well-formed JSON. Tabs and line breaks can be in it only as white space between values.
    """
    return _UNSAFE.sub(_json_escape, _JSON_WHITESPACE.sub(" ", text))


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2))
