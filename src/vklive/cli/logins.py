"""Where logins are kept, and whose they are."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from vklive.client import DEFAULT_API_URL
from vklive.client.authorization import DEFAULT_AUTH_URL, DEFAULT_REVOKE_URL
from vklive.client.token_endpoint import DEFAULT_TOKEN_URL


def default_login() -> Path:
    """The file of a login when none is named: ``vklive/login.json`` among this user's configuration (XDG)."""
    configuration = os.environ.get("XDG_CONFIG_HOME", "")
    # One that is not absolute is to be ignored, says the specification.
    base = Path(configuration) if Path(configuration).is_absolute() else Path.home() / ".config"
    return base / "vklive" / "login.json"


class Places(Struct, frozen=True, kw_only=True):
    """The addresses of OAuth."""

    auth_url: str
    token_url: str
    revoke_url: str


def places_of(api_url: str, *, auth_url: str = "", token_url: str = "") -> Places:
    """Where one logs in for a DevAPI: the real service has hosts for it (vk.md 1.2), a server of one's own is one.

    Args:
        api_url: of the DevAPI.
        auth_url: another address of the authorize page.
        token_url: another address of the token endpoint; tokens are revoked beside it.
    """
    own = api_url.rstrip("/")
    is_real = own == DEFAULT_API_URL
    token_url = token_url or (DEFAULT_TOKEN_URL if is_real else f"{own}/oauth/server/token")
    beside, _, last = token_url.rpartition("/")
    revoke_url = f"{beside}/revoke" if last == "token" else token_url
    return Places(
        auth_url=auth_url or (DEFAULT_AUTH_URL if is_real else f"{own}/app/oauth2/authorize"),
        token_url=token_url,
        revoke_url=DEFAULT_REVOKE_URL if token_url == DEFAULT_TOKEN_URL else revoke_url,
    )
