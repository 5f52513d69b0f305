"""Who asks: the access token, or the application's credentials, that were given to a command."""

from __future__ import annotations

from msgspec import Struct

from vklive.cli import variables
from vklive.errors import ConfigError


class Credentials(Struct, frozen=True, kw_only=True):
    """What was given on the command line, in the environment or in files; ``None`` and empty are not given."""

    access_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r})"

    def check(self) -> None:
        """See that it is clear who asks.

        Raises:
            ConfigError: nobody does, two do, or half of an application does.
        """
        application = bool(self.client_id), bool(self.client_secret)
        if self.access_token and any(application):
            raise ConfigError(
                "credentials",
                "there is an access token and there are credentials of an application",
                hint=f"give one of them, and mind {variables.ACCESS_TOKEN}, {variables.CLIENT_ID} and "
                f"{variables.CLIENT_SECRET} in the environment",
            )
        if any(application) and not all(application):
            missing = "client secret" if self.client_id else "client id"
            raise ConfigError("credentials", f"the {missing} is missing", hint="an application needs both")
        if not self.access_token and not any(application):
            raise ConfigError(
                "credentials",
                "there are none",
                hint=f"set {variables.ACCESS_TOKEN}, or {variables.CLIENT_ID} and {variables.CLIENT_SECRET}; "
                "applications are registered at https://dev.live.vkvideo.ru/apps",
            )
