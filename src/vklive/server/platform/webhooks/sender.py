"""Sends what waits in the queue."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy

import httpx2

from vklive.devapi.webhooks import WebhookStatus
from vklive.server.directory import DirectoryUnavailableError
from vklive.server.platform.webhooks.wording import form_of, status_of
from vklive.server.settings import WebhookSettings
from vklive.server.store.database import Database
from vklive.server.store.webhooks import (
    DeliveryState,
    Due,
    forget,
    next_due,
    postpone,
    settle,
    take_due,
    unlink,
)
from vklive.server.tasks import Tasks

_log = logging.getLogger("vklive.server.webhooks")

MAX_ANSWER_SIZE = 64 * 1024
"""Bytes of an answer; more are not read."""

LONGEST_SLEEP = 60.0
"""Seconds after which the queue is looked at in any case: another process may have written into it."""

LEASE_MARGIN = 30.0
"""Seconds more than sending may take, after which another process takes an event that nobody has settled."""

_OK = 200
_TAKEN = (WebhookStatus.OK, WebhookStatus.ALREADY_PROCESSED)


class _Address(httpx2.URL):
    """An address that no log shows: httpx2 logs where each request goes, and there may be a password in it."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"


class WebhookSender:
    """Sends events until they are taken, or are too old. Nothing stops it but the end of its task.

    Args:
        database: where they wait.
        settings: times and limits.
        tasks: where tasks are started.
        draw: gives numbers from 0 to 1, for delays.
    """

    def __init__(
        self,
        database: Database,
        settings: WebhookSettings,
        *,
        tasks: Tasks,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._settings = settings
        self._tasks = tasks
        self._draw = draw
        self._busy: set[int] = set()
        self._news = asyncio.Event()
        self._http: httpx2.AsyncClient | None = None

    def wake(self) -> None:
        """Something is in the queue."""
        self._news.set()

    async def run(self) -> None:
        """Send, until it is cancelled."""
        async with httpx2.AsyncClient(timeout=self._settings.timeout, headers={"Accept-Encoding": "identity"}) as http:
            # An application is told, and tells nothing to be kept: as many cookies as it likes would be.
            http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
            self._http = http
            while True:
                self._news.clear()
                try:
                    pause = await self._send_due()
                except DirectoryUnavailableError as error:
                    _log.error("the queue of WebHooks cannot be read now: %s", error)
                    pause = self._settings.first_delay
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(pause, LONGEST_SLEEP)):
                        await self._news.wait()

    async def _send_due(self) -> float:
        """Begin to send what is due; seconds until there is more to do."""
        lease = timedelta(seconds=self._settings.timeout + LEASE_MARGIN)
        while len(self._busy) < self._settings.concurrency:
            now = self._database.now()
            async with self._database.writing() as session:
                due = await take_due(session, now=now, busy=tuple(self._busy), lease=lease)
            if due is None:
                break
            self._busy.add(due.application_id)
            self._tasks.start(self._send(due), name=f"WebHook {due.id}")
        else:
            return LONGEST_SLEEP
        async with self._database.reading() as session:
            next_at = await next_due(session, busy=tuple(self._busy))
        return LONGEST_SLEEP if next_at is None else max(0.0, (next_at - self._database.now()).total_seconds())

    async def _send(self, due: Due) -> None:
        try:
            status, problem = await self._ask(due)
            await self._settle(due, status, problem)
        except DirectoryUnavailableError as error:
            # It is sent again when its lease is over, and the application knows its id.
            _log.error("what has become of the event %d cannot be written down: %s", due.id, error)
        finally:
            self._busy.discard(due.application_id)
            self.wake()

    async def _ask(self, due: Due) -> tuple[WebhookStatus | None, str]:
        """What the application says; `None` and why when it has said nothing that counts."""
        assert self._http is not None  # noqa: S101 - `run` has made it before it takes anything
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            # The timeout of httpx2 is for each wait alone: a server that drips would never meet it.
            request = self._http.build_request("POST", due.url, content=form_of(due), headers=headers)
            request.url = _Address(request.url)
            async with (
                asyncio.timeout(self._settings.timeout),
                contextlib.aclosing(await self._http.send(request, stream=True)) as answer,
            ):
                if answer.status_code != _OK:
                    return None, f"it answered {answer.status_code}"
                body = bytearray()
                async for part in answer.aiter_raw():
                    body += part
                    if len(body) > MAX_ANSWER_SIZE:
                        return None, f"it answered with over {MAX_ANSWER_SIZE} bytes"
        except TimeoutError:
            return None, f"no answer within {self._settings.timeout:g} s"
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            # Its name only: its text may quote the address, and a password in it.
            return None, type(error).__name__
        status = status_of(bytes(body), due)
        return status, "" if status else "its answer does not say what has become of the event"

    async def _settle(self, due: Due, status: WebhookStatus | None, problem: str) -> None:
        now = self._database.now()
        async with self._database.writing() as session:
            if status in _TAKEN:
                await settle(session, due.id, DeliveryState.DELIVERED)
            elif status is WebhookStatus.NOT_LINKED:
                _log.info("application %d does not know user %d any more", due.application_id, due.user_id)
                await unlink(session, application_id=due.application_id, user_id=due.user_id, problem=status.value)
            elif status is not None:
                _log.warning("application %d says %s to the event %d", due.application_id, status.value, due.id)
                await settle(session, due.id, DeliveryState.GIVEN_UP, problem=status.value)
            elif (now - due.created_at).total_seconds() >= self._settings.give_up_after:
                _log.warning("the event %d was not taken for too long: %s", due.id, problem)
                await settle(session, due.id, DeliveryState.GIVEN_UP, problem=problem)
            else:
                await postpone(session, due.id, until=now + timedelta(seconds=self._delay(due)), problem=problem)
            await forget(session, before=now - timedelta(seconds=self._settings.keep_settled))

    def _delay(self, due: Due) -> float:
        """Seconds until it is sent again: longer each time, and a little different for each."""
        longest = min(self._settings.max_delay, self._settings.first_delay * 2.0 ** min(due.attempts, 32))
        # Times in the database are whole seconds.
        return max(1.0, longest * (0.5 + self._draw() / 2))
