"""The environment variables of the commands.

They stand beside the server's settings, which begin with ``VKLIVE_`` too. The two may be set in the same shell:
`server_environment` leaves out what is not meant for the server, so that it can refuse what nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping

ACCESS_TOKEN = "VKLIVE_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
CLIENT_ID = "VKLIVE_CLIENT_ID"
CLIENT_SECRET = "VKLIVE_CLIENT_SECRET"  # noqa: S105 - the name of a variable
API_URL = "VKLIVE_API_URL"
WS_URL = "VKLIVE_WS_URL"
ORIGIN = "VKLIVE_ORIGIN"

API_KEY = "VKLIVE_API_KEY"
"""The server's setting `api_key`, which `publish` needs as well."""

LOGIN = "VKLIVE_LOGIN"
"""Path of a file with a login."""

CONFIG = "VKLIVE_CONFIG"
"""Path of the server's TOML file: no setting in it, but where they are."""

_NOT_SETTINGS = frozenset({ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, LOGIN, API_URL, WS_URL, ORIGIN, CONFIG})


def server_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the variables that are the commands' own."""
    return {name: value for name, value in environ.items() if name not in _NOT_SETTINGS}
