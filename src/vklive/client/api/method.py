"""What is known of a method before it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from vklive.devapi.scopes import Scope

Params: TypeAlias = Mapping[str, str | int | bool | None]
"""Parameters of the query; one that is `None` is left out."""


class Method(Struct, frozen=True):
    """A method of the DevAPI.

    Attributes:
        verb: of HTTP.
        path: below the address of the API.
        scope: the permission that a user's token needs for it; `None` when it needs none.
    """

    verb: str
    path: str
    scope: Scope | None = None

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"
