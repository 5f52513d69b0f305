"""What a server that has started says of itself."""

from __future__ import annotations

from collections.abc import Iterable

import click

HTTP_API = "HTTP API"


def tell_places(places: Iterable[tuple[str, str]], *, api_is_closed: bool) -> None:
    """Print where everything is.

    Args:
        places: names and addresses.
        api_is_closed: nobody can call the HTTP API, as it has no key.
    """
    found = list(places)
    width = max((len(name) for name, _ in found), default=0)
    for name, address in found:
        closed = "  (closed: no api_key is set)" if name == HTTP_API and api_is_closed else ""
        click.echo(f"{name:<{width}}  {address}{closed}")
