"""``vklive login``: a user allows an application something in a browser, and the tokens are kept in a file."""

from __future__ import annotations

import asyncio
import secrets
import time
import webbrowser
from pathlib import Path

import click

from vklive.cli import variables
from vklive.cli.logins import default_login, places_of
from vklive.cli.redirect_listener import RedirectListener
from vklive.cli.seconds import seconds
from vklive.cli.secret_files import read_secret
from vklive.client import DEFAULT_API_URL
from vklive.client.authorization import authorization_url, exchange_code
from vklive.client.login_file import Login, LoginFile
from vklive.devapi.scopes import Scope
from vklive.errors import ConfigError, UnauthorizedError

DEFAULT_PORT = 8914
"""Where the browser comes back to. Any port will do that the application has registered."""

DEFAULT_TIMEOUT = 300.0
"""Seconds that a user has: enough to look for a password."""

_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--client-id", envvar=variables.CLIENT_ID, show_envvar=True, required=True, help="The application's id.")
@click.option("--client-secret-file", type=_FILE, help="A file with its secret.")
@click.option("--client-secret", envvar=variables.CLIENT_SECRET, show_envvar=True, help="The same; better in a file.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What the application is to be allowed; may be repeated. Without, only what needs no scope.",
)
@click.option(
    "--redirect-uri",
    show_default="http://127.0.0.1:PORT/",
    help="Where the browser comes back to, letter for letter as the application has registered it.",
)
@click.option(
    "--redirect-port", type=click.IntRange(1, 65535), show_default=str(DEFAULT_PORT), help="Or only its port."
)
@click.option("--no-browser", is_flag=True, help="Only print the address, to be opened by hand.")
@click.option("--login", type=_FILE, envvar=variables.LOGIN, show_envvar=True, help="The file to keep the tokens in.")
@click.option(
    "--api-url",
    envvar=variables.API_URL,
    show_envvar=True,
    default=DEFAULT_API_URL,
    show_default=True,
    help="The DevAPI that they are for.",
)
@click.option("--auth-url", default="", help="The authorize page, if it is not where it goes with the DevAPI.")
@click.option("--token-url", default="", help="The token endpoint, likewise.")
@click.option("--timeout", type=seconds, default=DEFAULT_TIMEOUT, show_default=True, help="How long to wait.")
def login(  # noqa: PLR0913 - one argument an option
    *,
    client_id: str,
    client_secret_file: Path | None,
    client_secret: str | None,
    scopes: tuple[str, ...],
    redirect_port: int | None,
    redirect_uri: str | None,
    no_browser: bool,
    login: Path | None,
    api_url: str,
    auth_url: str,
    token_url: str,
    timeout: float,
) -> None:
    """Log in as a user, in a browser.

    An application asks, so it must be registered, with the address that the browser comes back to. The tokens, and
    the application's secret, without which they cannot be renewed, are kept in a file that only you can read; `vklive
    listen` takes it when nothing else is given.
    """
    secret = read_secret(client_secret_file) if client_secret_file else client_secret
    if not secret:
        hint = f"give --client-secret-file, or set {variables.CLIENT_SECRET}"
        raise ConfigError("credentials", "the client secret is missing", hint=hint)
    if redirect_uri and redirect_port:
        raise click.UsageError("Give either --redirect-uri or --redirect-port.")
    places = places_of(api_url, auth_url=auth_url, token_url=token_url)
    file = LoginFile(login or default_login())
    redirect_uri = redirect_uri or f"http://127.0.0.1:{redirect_port or DEFAULT_PORT}/"
    state = secrets.token_urlsafe(32)
    listener = RedirectListener(redirect_uri, state=state)
    address = authorization_url(
        client_id, redirect_uri=redirect_uri, state=state, scopes=scopes, auth_url=places.auth_url
    )

    async def run() -> None:
        code = await _code(listener, address, timeout=timeout, no_browser=no_browser)
        tokens = await exchange_code(
            client_id, secret, code=code, redirect_uri=redirect_uri, token_url=places.token_url
        )
        found = Login(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=time.time() + tokens.expires_in if tokens.expires_in else None,
            client_id=client_id,
            client_secret=secret,
            scopes=tokens.scopes or scopes,
            api_url=api_url,
            token_url=places.token_url,
            revoke_url=places.revoke_url,
        )
        async with file.locked():
            file.write(found)

    asyncio.run(run())
    click.echo(f"Logged in. The tokens are in {file.path}")


async def _code(listener: RedirectListener, address: str, *, timeout: float, no_browser: bool) -> str:  # noqa: ASYNC109 - told in the error
    async with listener.open() as redirected:
        click.echo(f"Open this address in a browser, and allow it there:\n\n{address}\n", err=True)
        if not no_browser:
            await asyncio.to_thread(webbrowser.open, address)
        try:
            async with asyncio.timeout(timeout):
                came = await redirected
        except TimeoutError:
            hint = "try again, with a longer --timeout"
            raise ConfigError("login", f"no browser came back within {timeout:g} s", hint=hint) from None
    if came.error:
        raise UnauthorizedError("the authorize page", status=403, code=came.error, description=came.description)
    return came.code
