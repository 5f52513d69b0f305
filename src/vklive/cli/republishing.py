"""Recorded events into the ws channels of a server."""

from __future__ import annotations

from collections.abc import Mapping

import click
import msgspec
from msgspec import Raw

from vklive.cli import server_api
from vklive.cli.exit_codes import ExitCode
from vklive.cli.following import Ending
from vklive.client.http import HttpTransport
from vklive.escaping import escape
from vklive.events import Event


class Republishing:
    """Publishes events one after the other. What a server refuses is told once a ws channel, and stops nothing.

    Args:
        http: what sends the requests.
        url: where the server is.
        api_key: its API key.
        places: ws channels by topic; an event of another topic goes where it was heard.
    """

    def __init__(self, http: HttpTransport, url: str, *, api_key: str, places: Mapping[str, str]) -> None:
        self._http = http
        self._url = url
        self._api_key = api_key
        self._places = places
        self._published: dict[str, int] = {}
        self._refused: dict[str, int] = {}

    async def publish(self, event: Event) -> None:
        """Publish one event, as it was recorded.

        Raises:
            UnauthorizedError: the API key is wrong, or the server has none.
            DevApiError: the call failed in another way.
            ConnectError: there was no connection.
        """
        ws_channel = self._places.get(event.topic, event.ws_channel)
        problem = "it is not JSON" if not _is_json(event.raw) else ""
        if not problem:
            [answer] = await server_api.publish(
                self._http, self._url, api_key=self._api_key, ws_channels=[ws_channel], data=Raw(event.raw)
            )
            problem = f"{answer.error.message} (code {answer.error.code})" if answer.error is not None else ""
        if problem and ws_channel not in self._refused:
            click.echo(escape(f"Error: {ws_channel}: {problem}"), err=True)
        counts = self._refused if problem else self._published
        counts[ws_channel] = counts.get(ws_channel, 0) + 1

    @property
    def ending(self) -> Ending:
        """How it ended: as asked, when nothing was refused."""
        return Ending(ExitCode.FAILED if self._refused else ExitCode.ENDED)

    @property
    def summary(self) -> str:
        """What was published where."""
        published = [f"{escape(name)}: {count} published" for name, count in self._published.items()]
        refused = [f"{escape(name)}: {count} not published" for name, count in self._refused.items()]
        return "\n".join([*published, *refused]) or "nothing was published"


def _is_json(raw: bytes) -> bool:
    try:
        msgspec.json.decode(raw, type=Raw)
        raw.decode()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True
