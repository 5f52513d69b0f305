"""The one loop of the client: connect, work, classify what ended it, wait, come back.

Every failure leads from here to a retry with a stated delay, or to a stated end. Attempts are numbered; with the end
of an attempt everything that ran for it is cancelled, so nothing of a dead one is heard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence

from vklive._version import __version__
from vklive.client.backoff import Backoff
from vklive.client.calls import Calls
from vklive.client.devapi import DevApi
from vklive.client.evidence import Evidence
from vklive.client.failures import Failure, failure_of, failure_of_end
from vklive.client.session import Session
from vklive.client.stream import Stream
from vklive.client.transport import Link, Transport
from vklive.clock import Clock
from vklive.errors import VkliveError
from vklive.escaping import escape
from vklive.events import Reconnecting
from vklive.protocol.client import ClientConnection
from vklive.protocol.codes import ClientCode, DisconnectCode

_log = logging.getLogger("vklive.client")

STABLE_AFTER = 5.0
"""Seconds after which a connection that the server ended counts as one that worked, so that the next failure begins
with a short delay: a server that does not want a client says so soon. One that the network ended has worked, however
short it was: the more often a network fails, the more is missed by staying away, and it may be gone for good."""

MAX_ATTEMPTS_AT_ONCE = 4
"""Connections of one client that are in the making at the same time, so that many do not come to a server at once."""

FORGET_AFTER = 5
"""Failures in a row after which the names of ws channels are asked for anew: they may be what is wrong. When it was the
server each time that ended the connection soon, the positions in its histories are forgotten too, which it may not be
able to stand; that is told by a `Gap`. A network that is down costs no position."""

_SERVERS_OWN = 3000


class Supervisor:
    """Keeps one connection for all streams of a client.

    Args:
        api: gives tokens and names.
        transport: opens WebSockets.
        ws_url: where the pub/sub is.
        headers: of the handshake.
        timeout: seconds for the handshake and for each command.
        backoff: how long to wait between attempts.
        clock: the wall clock that events are stamped with.
        turns: how many connections of a client may be in the making at the same time.
        full: see `vklive.client.connections`.
    """

    def __init__(  # noqa: PLR0913 - the parts of a connection
        self,
        api: DevApi,
        *,
        transport: Transport,
        ws_url: str,
        headers: Mapping[str, str],
        timeout: float,
        backoff: Backoff,
        clock: Clock,
        turns: asyncio.Semaphore,
        full: Callable[[Stream], bool],
    ) -> None:
        self._api = api
        self._transport = transport
        self._ws_url = ws_url
        self._headers = headers
        self._timeout = timeout
        self._backoff = backoff
        self._clock = clock
        self._turns = turns
        self._full = full
        self.evidence = Evidence()
        self._streams: list[Stream] = []
        self._wanted = asyncio.Event()
        self._attempt = 0
        self._rejections = 0
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended: VkliveError | None = None

    # What the client and its streams call.

    @property
    def streams(self) -> Sequence[Stream]:
        """Those that it feeds."""
        return tuple(self._streams)

    @property
    def load(self) -> int:
        """How many ws channels its streams want, as far as that is known."""
        return sum(stream.width for stream in self._streams)

    @property
    def calls(self) -> Calls | None:
        """Those of the connection; `None` when there is none now."""
        return None if self._session is None else self._session.calls

    def start(self) -> None:
        """Begin, once; the connection is made when the first stream wants it."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="vklive supervisor")

    async def stop(self) -> None:
        """End: streams are closed, the connection too, and nothing is left behind. May be called again."""
        for stream in list(self._streams):
            stream.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def add(self, stream: Stream) -> None:
        """Feed a stream."""
        if self._ended is not None:
            stream.queue.close(self._ended)
            return
        self._streams.append(stream)
        self._wanted.set()
        if self._session is not None:
            self._session.join(stream)

    def remove(self, stream: Stream) -> None:
        """Feed a stream no more."""
        if stream in self._streams:
            self._streams.remove(stream)
            if self._session is not None:
                self._session.leave(stream)

    def resumed(self, slept: float) -> None:
        """The machine was suspended for some seconds."""
        if self._session is not None:
            self._session.resumed(slept)

    # The loop.

    async def _run(self) -> None:
        try:
            while True:
                await self._wanted.wait()
                self._attempt += 1
                self.evidence.connecting(self._now())
                failure = await self._attempt_once()
                await self._wait_after(failure)
        except VkliveError as error:
            self._give_up(error)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not leave a program waiting for ever
            _log.exception("the client failed; this is a bug in vklive")
            self._give_up(error)

    async def _attempt_once(self) -> Failure:
        """One connection from its beginning to its end.

        Raises:
            VkliveError: what no retry helps against.
        """
        try:
            async with self._turns:
                token = await self._api.websocket.token()
                link = await self._transport.open(self._ws_url, headers=self._headers, timeout=self._timeout)
        except VkliveError as error:
            return failure_of(error)
        try:
            return await self._work(link, token)
        finally:
            try:
                await link.close()
            except asyncio.CancelledError:
                # Who closes the client has no more patience for a server that does not answer.
                link.abort()
                raise

    async def _work(self, link: Link, token: str) -> Failure:
        began = self._now()
        jobs: set[asyncio.Task[None]] = set()

        def start_job(work: Coroutine[None, None, None]) -> None:
            job = asyncio.get_running_loop().create_task(work, name=f"vklive attempt {self._attempt}")
            jobs.add(job)
            job.add_done_callback(jobs.discard)

        machine = ClientConnection(command_timeout=self._timeout, version=__version__)
        session = self._session = Session(
            link,
            machine=machine,
            api=self._api,
            streams=self._streams,
            attempt=self._attempt,
            clock=self._clock,
            start_job=start_job,
            full=self._full,
            evidence=self.evidence,
        )
        code, reason = int(ClientCode.DISCONNECT_CALLED), "the client was closed"
        try:
            closed = await session.run(token)
            code, reason = closed.code, closed.reason
        finally:
            self._session = None
            session.end(code, reason)
            for job in list(jobs):
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
        if closed.code == DisconnectCode.STATE_INVALIDATED:
            self._forget_positions()
        is_stable = session.connected is not None and self._now() - began >= STABLE_AFTER
        is_networks = session.connected is not None and session.error is None and closed.code < _SERVERS_OWN
        if is_stable or is_networks:
            self._backoff.reset()
        if is_stable:
            self._rejections = 0
        elif closed.code >= _SERVERS_OWN and closed.code != DisconnectCode.SHUTDOWN:
            self._rejections += 1
        if session.error is not None:
            return failure_of(session.error)
        return failure_of_end(closed)

    async def _wait_after(self, failure: Failure) -> None:
        delay = max(self._backoff.next(), failure.wait)
        if self._backoff.failures % FORGET_AFTER == 0:
            for stream in self._streams:
                stream.planned = False
        if self._rejections >= FORGET_AFTER:
            self._rejections = 0
            self._forget_positions()
        self.evidence.waiting(self._now(), reason=failure.cause, cause=failure.kind, delay=delay)
        _log.warning("no connection: %s; attempt %d in %.1f s", escape(failure.cause), self._attempt + 1, delay)
        for stream in self._streams:
            stream.tell(Reconnecting(cause=failure.cause, code=failure.code, delay=delay, attempt=self._attempt + 1))
        await asyncio.sleep(delay)

    def _forget_positions(self) -> None:
        for stream in self._streams:
            stream.forget_positions()

    def _give_up(self, error: Exception) -> None:
        self._ended = error if isinstance(error, VkliveError) else VkliveError(f"the client failed: {error!r}")
        self.evidence.ended(self._now(), reason=str(self._ended))
        for stream in self._streams:
            stream.queue.close(self._ended)
        self._streams.clear()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
