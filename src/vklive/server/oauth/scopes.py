"""Scopes as they are asked for and told.

Source: vk.md 1.3: a request separates them with commas. In the answers of the token endpoint, of which VK's
documentation says nothing, they are separated with spaces, as RFC 6749 has it and consumers read it (vk.md 1.4).
"""

from __future__ import annotations

from collections.abc import Collection

from vklive.devapi.scopes import Scope
from vklive.server.oauth.errors import OAuthCode, OAuthError

Scopes = frozenset[Scope]


def asked_for(text: str) -> Scopes:
    """The scopes of the parameter ``scope``; none when it is empty.

    Raises:
        OAuthError: one of them is none.
    """
    names = [name for name in text.split(",") if name]
    try:
        return frozenset(map(Scope, names))
    except ValueError:
        hint = "separate them with commas" if " " in text else f"known are {', '.join(Scope)}"
        raise OAuthError(OAuthCode.INVALID_SCOPE, f"There is a scope that does not exist; {hint}") from None


def in_order(scopes: Collection[Scope]) -> list[Scope]:
    """The scopes in the order of vk.md 1.9, in which people and programs are told of them."""
    return [scope for scope in Scope if scope in scopes]


def stored(scopes: Collection[Scope]) -> str:
    """The scopes as they stand in a column, and in answers."""
    return " ".join(in_order(scopes))


def of_column(text: str) -> Scopes:
    """The scopes in a column. One that this version does not know is good for nothing."""
    named = text.split()
    return frozenset(scope for scope in Scope if scope in named)
