"""The simulated platform: publishes the recording as a real one would, by HTTP, with its API key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from vklive.cli import server_api
from vklive.cli.demo.report import Report
from vklive.cli.demo.script import Line
from vklive.client.http import HttpTransport
from vklive.clock import Clock
from vklive.errors import ServerError


class Platform:
    """Something that happens on a platform is published into a ws channel of the server.

    Args:
        http: what sends the requests.
        url: where the server is.
        api_key: its API key.
        clock: tells when to publish and when it was done.
        report: is told of every publication.
    """

    def __init__(self, http: HttpTransport, *, url: str, api_key: str, clock: Clock, report: Report) -> None:
        self._http = http
        self._url = url
        self._api_key = api_key
        self._clock = clock
        self._report = report

    async def perform(self, lines: Iterable[Line], *, ws_channel_of: Callable[[Line], str]) -> None:
        """Publish each line when its time has come. When a call takes long, those after it come late, in order.

        Raises:
            ServerError: the server refused a publication.
            VkliveError: it could not be asked.
        """
        start = self._clock.monotonic()
        for line in lines:
            await asyncio.sleep(max(0.0, start + line.at - self._clock.monotonic()))
            ws_channel = ws_channel_of(line)
            self._report.publish(ws_channel, bytes(line.payload), at=self._clock.monotonic())
            (answer,) = await server_api.publish(
                self._http, self._url, api_key=self._api_key, ws_channels=[ws_channel], data=line.payload
            )
            if answer.error is not None:
                raise ServerError(answer.error.code, answer.error.message)
