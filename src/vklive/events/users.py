"""People, as events tell of them."""

from __future__ import annotations

from msgspec import Struct

from vklive.events.palette import nick_color


class User(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A user of the platform.

    Attributes:
        id: the user's number; 0 when the event does not tell it.
        nick: the name that people see.
        nick_color: number of a colour, 0 to 15; `color` has the colour.
        avatar_url: a picture; often empty.
    """

    id: int = 0
    nick: str = ""
    nick_color: int = 0
    avatar_url: str = ""

    @property
    def color(self) -> str:
        """The colour of the nick as ``#RRGGBB``."""
        return nick_color(self.nick_color)
