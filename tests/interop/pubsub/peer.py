"""Clients of others, driven through a process that runs them: it is told what to do, and says what they hear."""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

PATIENCE = 20.0
"""Seconds to wait for something that must come; a client may back off before it does."""


class RefusedError(Exception):
    """What was to be done was refused, with this code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code


class Peer:
    """A process with clients of one library in it.

    Args:
        command: starts it.
        environment: all that it has.
    """

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._said: list[dict[str, Any]] = []
        self._complaints: list[str] = []
        self._has_ended = False
        self._news = threading.Condition()
        self._numbers = itertools.count(1)
        self._readers = [threading.Thread(target=read) for read in (self._listen, self._read_complaints)]
        for reader in self._readers:
            reader.start()

    def ask(self, what: str, **fields: Any) -> Any:
        """Have something done, and wait for what it gives."""
        number = next(self._numbers)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"n": number, "do": what, **fields}) + "\n")
        self._process.stdin.flush()
        done = self.until(done=number)
        if "code" in done:
            raise RefusedError(done["code"], done["message"])
        return done["result"]

    def until(self, *, times: int = 1, **expected: Any) -> dict[str, Any]:
        """Wait until this has been said so many times; gives the last of them."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while len(found := self._matching(expected)) < times:
                assert not self._has_ended, f"the peer has ended: {self._complaints}"
                if not self._news.wait(deadline - time.monotonic()):
                    what = f"no {expected} within {PATIENCE} seconds"
                    raise AssertionError(f"{what}; it said {self._said[-30:]} and {self._complaints}")
            return found[times - 1]

    def heard(self, **expected: Any) -> list[dict[str, Any]]:
        """All that was said of this so far."""
        with self._news:
            return self._matching(expected)

    def forget(self, client: str) -> None:
        """Drop what was said of a client."""
        with self._news:
            self._said = [line for line in self._said if line.get("client") not in {client, None}]

    def end(self) -> None:
        """End its input, and it ends."""
        assert self._process.stdin is not None
        # It may have ended by itself.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            for reader in self._readers:
                reader.join()
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()

    def _matching(self, expected: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [line for line in self._said if expected.items() <= line.items()]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            with self._news:
                self._said.append(json.loads(raw))
                self._news.notify_all()
        self._readers[1].join()
        with self._news:
            self._has_ended = True
            self._news.notify_all()

    def _read_complaints(self) -> None:
        assert self._process.stderr is not None
        self._complaints.extend(self._process.stderr)


class Client:
    """One client in a peer.

    Attributes:
        name: what it is called there.
    """

    def __init__(self, peer: Peer, name: str, **how: Any) -> None:
        self._peer = peer
        self.name = name
        peer.ask("make", client=name, **how)

    def connect(self) -> str:
        """Connect for the first time; gives the client id."""
        self.ask("connect")
        connected: str = self.until("connected")["id"]
        return connected

    def subscribe(self, channel: str, *, tokens: Sequence[str] = (), **options: bool) -> dict[str, Any]:
        """Subscribe, and wait until it is; gives what was told of it."""
        self.begin_to_subscribe(channel, tokens=tokens, **options)
        return self.until("subscribed", channel=channel)

    def begin_to_subscribe(self, channel: str, *, tokens: Sequence[str] = (), **options: bool) -> None:
        """Subscribe, and see."""
        more = {"tokens": list(tokens)} if tokens else {}
        self.ask("subscribe", channel=channel, options=options, **more)

    def ask(self, what: str, **fields: Any) -> Any:
        """Have something done by it."""
        return self._peer.ask(what, client=self.name, **fields)

    def until(self, event: str, *, times: int = 1, **expected: Any) -> dict[str, Any]:
        """Wait for what it tells."""
        return self._peer.until(times=times, client=self.name, event=event, **expected)

    def heard(self, event: str, **expected: Any) -> list[dict[str, Any]]:
        """What it has told so far."""
        return self._peer.heard(client=self.name, event=event, **expected)

    def payloads(self, channel: str, event: str = "publication") -> list[Any]:
        """What was published, in the order in which it came."""
        return [line["data"] for line in self.heard(event, channel=channel)]

    def forget(self) -> None:
        """Disconnect it, and nothing is left of it."""
        self.ask("forget")
        self._peer.forget(self.name)
