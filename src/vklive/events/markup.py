"""What people write, as HTML that is safe to put into a page.

It is a stranger's text: whatever they wrote, there is no element, attribute or address in it that is not named here.

| part | HTML |
|---|---|
| text | the text, escaped |
| mention | ``<span class="mention" data-user-id="5">@nick</span>`` |
| link | ``<a href="…" rel="noopener noreferrer nofollow ugc" target="_blank">text</a>`` |
| smile | ``<img class="smile" src="…" alt=":name:" title="name">`` |

An address that is not absolute and of ``http`` or ``https`` is left out: its link is the text alone, its smile
``:name:``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from vklive.events.parts import Link, Mention, Part, Smile, Text, UnknownPart

# Browsers drop or change these, each in its own way, and some end an attribute for them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_BREAKS = re.compile(r"\r\n?")
_REPLACEMENT = "\ufffd"
_SAFE_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f\ud800-\udfff]+", re.IGNORECASE)


def html_of(parts: Iterable[Part]) -> str:
    r"""The parts as HTML, joined without a separator; a part of an unknown kind adds nothing.

    Without its tags, and with each picture's ``alt`` in its place, it is `vklive.events.parts.plain_text`, but for
    control characters, which are shown as U+FFFD, and line breaks, which are all ``\n``. A page that wants to show
    those uses ``white-space: pre-wrap``; one that wants to be safe from text that turns the direction of what is
    beside it puts each message in an element of its own, such as ``<bdi>``.
    """
    return "".join(map(_shown, parts))


def _shown(part: Part) -> str:
    match part.content:
        case Text(content=content):
            return _escaped(content)
        case Mention(id=number, nick=nick):
            return f'<span class="mention" data-user-id="{number}">@{_escaped(nick)}</span>'
        case Link(content=content, url=url):
            return _link(content or url, url)
        case Smile() as smile:
            return _picture(smile)
        case UnknownPart():
            return ""


def _link(text: str, url: str) -> str:
    if not _is_safe(url):
        return _escaped(text)
    return f'<a href="{_escaped(url)}" rel="noopener noreferrer nofollow ugc" target="_blank">{_escaped(text)}</a>'


def _picture(smile: Smile) -> str:
    name = _escaped(smile.name)
    for url in (smile.small_url, smile.medium_url, smile.large_url):
        if _is_safe(url):
            return f'<img class="smile" src="{_escaped(url)}" alt=":{name}:" title="{name}">'
    return f":{name}:"


def _is_safe(url: str) -> bool:
    return _SAFE_ADDRESS.fullmatch(url) is not None


def _escaped(text: str) -> str:
    return escape(_CONTROLS.sub(_REPLACEMENT, _LINE_BREAKS.sub("\n", text)))
