"""``vklive publish``: what a platform does."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click
import msgspec
from msgspec import Raw

from vklive.cli import server_api
from vklive.cli.api_key import api_key_options, given_api_key
from vklive.cli.exit_codes import ExitCode
from vklive.cli.server_api import Answer
from vklive.client.http import Httpx2Transport
from vklive.errors import ConfigError
from vklive.escaping import escape
from vklive.protocol.codes import ErrorCode

DEFAULT_URL = "http://127.0.0.1:8000"
"""Where `vklive serve` is, unless it was told otherwise."""


@click.command()
@click.argument("ws_channels", nargs=-1, required=True, metavar="WS_CHANNEL...")
@click.argument("payload", metavar="JSON|-")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the server is.")
@api_key_options
@click.pass_context
def publish(
    ctx: click.Context,
    *,
    ws_channels: tuple[str, ...],
    payload: str,
    url: str,
    api_key_file: Path | None,
    api_key: str | None,
) -> None:
    """Publish JSON into a ws channel, or into several at once.

    The payload is sent as it is. For consumers of vklive it should be an event: {"type": ..., "data": {...}}.
    A single minus sign reads it from stdin.
    """
    key = given_api_key(api_key_file, api_key)
    data = _json(sys.stdin.read() if payload == "-" else payload)
    answers = asyncio.run(_publish(url, api_key=key, ws_channels=ws_channels, data=data))
    ctx.exit(max(_tell(ws_channel, answer) for ws_channel, answer in zip(ws_channels, answers, strict=True)))


def _json(payload: str) -> Raw:
    try:
        msgspec.json.decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ConfigError("the payload", f"is not JSON: {error}") from None
    return Raw(payload.encode())


async def _publish(url: str, *, api_key: str, ws_channels: tuple[str, ...], data: Raw) -> list[Answer]:
    http = Httpx2Transport()
    try:
        return await server_api.publish(http, url, api_key=api_key, ws_channels=ws_channels, data=data)
    finally:
        await http.close()


def _tell(ws_channel: str, answer: Answer) -> ExitCode:
    name = escape(ws_channel)
    if answer.error is not None:
        click.echo(f"Error: {name}: {escape(answer.error.message)} (code {answer.error.code})", err=True)
        return ExitCode.NO_ACCESS if answer.error.code == ErrorCode.UNKNOWN_CHANNEL else ExitCode.FAILED
    offset = answer.result.offset if answer.result else 0
    click.echo(f"{name}: published" + (f" at offset {offset}" if offset else ""))
    return ExitCode.ENDED
