"""What a consumer asks of the DevAPI, seen from outside.

The consumers of the demo use the public `vklive.Client` and nothing else. Its calls are seen by handing it an HTTP
transport that looks on; the rest of the five steps it tells itself, in its stream.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from vklive.cli.demo.steps import Step
from vklive.client.http import HttpResponse, HttpTransport

_CALLS = {
    "/v1/websocket/token": Step.TOKEN,
    "/v1/channel": Step.NAMES,
    "/v1/channels": Step.NAMES,
    "/v1/websocket/subscription_token": Step.SUBSCRIBE,
}


class WatchedHttp:
    """An `HttpTransport` that says which of the steps a call belongs to, and how it was answered.

    Args:
        inner: what really sends.
        seen: is told the step and a text that holds no secret.
    """

    def __init__(self, inner: HttpTransport, *, seen: Callable[[Step, str], None]) -> None:
        self._inner = inner
        self._seen = seen

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None,
        timeout: float,  # noqa: ASYNC109 - the signature of `HttpTransport`
    ) -> HttpResponse:
        """Send a request and tell of it."""
        response = await self._inner.request(method, url, headers=headers, params=params, body=body, timeout=timeout)
        path = urlsplit(url).path
        step = _CALLS.get(path)
        if step is not None:
            asked = params.get("channel_url", "")
            self._seen(step, f"{method} {path}" + (f" of {asked}" if asked else "") + f": {response.status}")
        return response

    async def close(self) -> None:
        """Close what really sends."""
        await self._inner.close()
