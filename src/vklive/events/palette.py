"""The colours of nicks, which the API gives as numbers.

The table is that of the site's own player; the documentation only says that there are sixteen.
"""

from __future__ import annotations

NICK_COLORS = (
    "#D66E34",
    "#B8AAFF",
    "#1D90FF",
    "#9961F9",
    "#59A840",
    "#E73629",
    "#DE6489",
    "#20BBA1",
    "#F8B301",
    "#0099BB",
    "#7BBEFF",
    "#E542FF",
    "#A36C59",
    "#8BA259",
    "#00A9FF",
    "#A20BFF",
)
"""What a ``nick_color`` stands for, by its number."""


def nick_color(number: int) -> str:
    """The colour for a ``nick_color``, as ``#RRGGBB``. A number outside of 0 to 15 gives that of 0, the default."""
    return NICK_COLORS[number if 0 <= number < len(NICK_COLORS) else 0]
