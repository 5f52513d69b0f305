"""``vklive schema``: the events and the methods, for tools."""

from __future__ import annotations

import importlib

import click
import msgspec

from vklive.cli.lazy import needing
from vklive.cli.publish import DEFAULT_URL
from vklive.client import DEFAULT_WS_URL
from vklive.errors import ConfigError
from vklive.events import registered
from vklive.schema import JsonObject, PubSubAddress, asyncapi_document, event_schema, events_schema

_SERVERS = {
    "vk": PubSubAddress(url=DEFAULT_WS_URL, description="The real one."),
    "local": PubSubAddress(
        url=f"ws{DEFAULT_URL.removeprefix('http')}/connection/websocket", description="That of `vklive serve`."
    ),
}


@click.command()
@click.argument("event_type", required=False, metavar="[TYPE]")
@click.option("--all", "everything", is_flag=True, help="One JSON Schema for all events.")
@click.option("--asyncapi", is_flag=True, help="An AsyncAPI 3.0 document: servers, ws channels, tokens, events.")
@click.option("--openapi", is_flag=True, help="The OpenAPI 3.1 document of the DevAPI, as `vklive serve` has it.")
def schema(*, event_type: str | None, everything: bool, asyncapi: bool, openapi: bool) -> None:
    """Print the JSON Schema (2020-12) of events of a TYPE, envelope included.

    Without a TYPE, print the types: on which topics each is heard, how certain it is that it comes over the WebSocket,
    and by which ways of delivery somebody has shown it.
    """
    if sum((event_type is not None, everything, asyncapi, openapi)) > 1:
        raise click.UsageError("Give a TYPE, or one of --all, --asyncapi and --openapi.")
    if event_type is not None:
        _print(_schema_of(event_type))
    elif everything:
        _print(events_schema())
    elif asyncapi:
        _print(asyncapi_document(_SERVERS))
    elif openapi:
        with needing("server", by="`vklive schema --openapi`"):
            described = importlib.import_module("vklive.cli.openapi")
        _print(described.document())
    else:
        click.echo(_table())


def _schema_of(event_type: str) -> JsonObject:
    if event_type not in registered():
        raise ConfigError(event_type, "is no known type of event", hint="`vklive schema` lists them")
    return event_schema(event_type)


def _print(document: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))


def _table() -> str:
    rows = [
        ("TYPE", "TOPICS", "CERTAINTY", "HEARD IN"),
        *(
            (event_type, ", ".join(cls.topics), cls.certainty.value, ", ".join(cls.heard_in))
            for event_type, cls in sorted(registered().items())
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)
