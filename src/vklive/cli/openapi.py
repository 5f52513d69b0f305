"""The OpenAPI document of the DevAPI, without a server that runs. Imported only when it is asked for."""

from __future__ import annotations

from secrets import token_urlsafe

from vklive.server.app import Server
from vklive.server.settings import Settings, TokenSettings


def document() -> dict[str, object]:
    """What a server with the default settings has at ``/docs/openapi.json``."""
    # It signs nothing; without one, a server warns that its tokens will not outlive it.
    return Server(Settings(tokens=TokenSettings(secret=token_urlsafe()))).openapi()
