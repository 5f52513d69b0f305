"""How people write which channel they mean.

Source: vk.md 2.0: a ``channel_url`` is the slug, the tail of ``https://live.vkvideo.ru/<slug>``; programs send either.
"""

from __future__ import annotations

from urllib.parse import urlsplit

MAX_LENGTH = 255
"""Characters of a slug."""


def slug_of(channel_url: str) -> str:
    """The slug, in lower case, of a slug or of the address of a channel; empty when it can be none.

    White space around it, slashes at its end, and query and fragment of an address do not matter.
    """
    text = channel_url.strip()
    if "://" in text:
        try:
            text = urlsplit(text).path
        except ValueError:
            return ""
    slug = text.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2].strip().lower()
    return slug if slug.isprintable() and len(slug) <= MAX_LENGTH else ""
