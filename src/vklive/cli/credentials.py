"""Who asks: the access token, the application's credentials or the login that were given to a command."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from vklive.cli import variables
from vklive.cli.logins import default_login
from vklive.client.credentials import AccessToken, AppCredentials, TokenSource
from vklive.client.login_file import LoginFile
from vklive.client.saved_login import SavedLogin
from vklive.errors import ConfigError


class Credentials(Struct, frozen=True, kw_only=True):
    """What was given on the command line, in the environment or in files; ``None`` and empty are not given."""

    access_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    login: Path | None = None

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r}, login={self.login!r})"

    def source(self, api_url: str) -> TokenSource:
        """What gives the credentials of every request. When nothing was given, it is the login of `vklive login`.

        Args:
            api_url: whom they are shown to. A login is shown to the DevAPI alone that it is for.

        Raises:
            ConfigError: nobody asks, two do, or half of an application does; or the login cannot be used.
        """
        application = bool(self.client_id), bool(self.client_secret)
        if bool(self.access_token) + any(application) + (self.login is not None) > 1:
            raise ConfigError(
                "credentials",
                "there is more than one of an access token, credentials of an application, and a login",
                hint=f"give one of them, and mind {variables.ACCESS_TOKEN}, {variables.CLIENT_ID}, "
                f"{variables.CLIENT_SECRET} and {variables.LOGIN} in the environment",
            )
        if self.access_token:
            return AccessToken(self.access_token)
        if self.client_id and self.client_secret:
            return AppCredentials(self.client_id, self.client_secret)
        if any(application):
            missing = "client secret" if self.client_id else "client id"
            raise ConfigError("credentials", f"the {missing} is missing", hint="an application needs both")
        return self._saved_login(api_url)

    def secrets(self) -> list[str]:
        """What of them must be in no recording.

        Raises:
            ConfigError: the login cannot be read.
        """
        found = [self.access_token, self.client_secret]
        if not any(found):
            login = LoginFile(self.login or default_login()).read()
            found = [login.access_token, login.refresh_token, login.client_secret]
        return [secret for secret in found if secret]

    def _saved_login(self, api_url: str) -> SavedLogin:
        path = self.login or default_login()
        if self.login is None and not path.exists():
            raise ConfigError(
                "credentials",
                "there are none",
                hint=f"log in with `vklive login`, or set {variables.ACCESS_TOKEN}, or {variables.CLIENT_ID} and "
                f"{variables.CLIENT_SECRET}; applications are registered at https://dev.live.vkvideo.ru/apps",
            )
        file = LoginFile(path)
        found = file.read()
        if found.api_url.rstrip("/") != api_url.rstrip("/"):
            raise ConfigError(
                str(path),
                f"this login is for {found.api_url}, and its tokens are not shown to {api_url}",
                hint=f"give --api-url or {variables.API_URL}, or log in there with another --login",
            )
        return SavedLogin(file, found)
