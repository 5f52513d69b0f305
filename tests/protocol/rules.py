"""The rules of the server's side of a connection, a second time: to be compared with the state machine.

Written from centrifugo.md 2.2, 3.1 to 3.10 and 8.7, and not from the machine. Messages are what JSON makes of them;
nothing is encoded, nothing is fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Where a command asks several things, the first of these counts.
ORDER = (
    *("connect", "ping", "subscribe", "unsubscribe", "publish", "presence", "presence_stats", "history"),
    *("rpc", "send", "refresh", "sub_refresh"),
)
NEEDED = {
    **dict.fromkeys(("subscribe", "unsubscribe", "presence", "presence_stats", "history", "sub_refresh"), ("channel",)),
    "publish": ("channel", "data"),
    "refresh": ("token",),
}
"""What must be there and not be empty; `null` is data (2.2)."""

ERRORS = {
    100: "internal server error",
    102: "unknown channel",
    103: "permission denied",
    105: "already subscribed",
    106: "limit exceeded",
    107: "bad request",
    108: "not available",
    109: "token expired",
    110: "expired",
    112: "unrecoverable position",
}
TEMPORARY = {100}
REASONS = {
    3001: "shutdown",
    3004: "internal server error",
    3005: "connection expired",
    3006: "subscription expired",
    3010: "insufficient state",
    3012: "no pong",
    3500: "invalid token",
    3501: "bad request",
    3502: "stale",
    3503: "force disconnect",
    3506: "inappropriate protocol",
    3507: "permission denied",
    3508: "not available",
}
UNSUBSCRIBED = {2000: "server unsubscribe", 2500: "insufficient state", 2501: "subscription expired"}

DROPPED = "dropped"
VANISHED = "vanished"


@dataclass(frozen=True)
class Times:
    """Seconds and limits. No two of them meet by chance: what happens at the same moment has no order."""

    ping: float = 25.0
    phase: float = 0.1234
    pong: float = 8.0
    stale: float = 10.01
    drop: float = 5.003
    look: float = 27.00021
    expired: float = 25.0007
    expired_sub: float = 24.0009
    channel_limit: int = 3
    channel_max_length: int = 255


@dataclass(frozen=True)
class Way:
    """The kind of transport."""

    unidirectional: bool = False
    emulated: bool = False
    tells: bool = False


@dataclass
class Granted:
    """On which terms, and where, somebody is subscribed.

    Attributes:
        ttl: seconds, or None.
        data: for the subscriber, or None.
        since: what it wants to continue from, as epoch and offset, or None.
        top: the last position, as epoch and offset.
        missed: the offsets of what it is given, or None where recovery failed or was not wanted.
    """

    ttl: int | None = None
    data: Any = None
    positioned: bool = False
    recoverable: bool = False
    hears: bool = False
    by_server: bool = False
    since: tuple[str, int] | None = None
    top: tuple[str, int] = ("", 0)
    missed: list[int] | None = None

    def result(self) -> dict[str, Any]:
        """What a subscribe reply says of it (2.2: what is zero is not said)."""
        told: dict[str, Any] = {}
        if self.ttl is not None:
            told |= {"expires": True, "ttl": self.ttl}
        if self.data is not None:
            told["data"] = self.data
        if self.recoverable:
            told["recoverable"] = True
        if self.positioned:
            told["positioned"] = True
            epoch, offset = self.top
            if self.since is not None:
                told["was_recovering"] = True
                if self.missed is not None:
                    told["recovered"] = True
                    epoch, offset = self.since
                    if self.missed:
                        told["publications"] = [published(number) for number in self.missed]
            told |= position(epoch, offset)
        return told

    def push(self) -> dict[str, Any]:
        """What a subscribe push says of it."""
        said = self.result()
        return {name: said[name] for name in ("recoverable", "epoch", "offset", "positioned", "data") if name in said}


def position(epoch: str, offset: int) -> dict[str, Any]:
    """As it is said."""
    return ({"epoch": epoch} if epoch else {}) | ({"offset": offset} if offset else {})


def published(offset: int) -> dict[str, Any]:
    """The publication that these tests publish there."""
    return {"data": {"n": offset}, "offset": offset} if offset else {"data": {"n": 0}}


@dataclass
class Held:
    """A subscription that stands."""

    granted: Granted
    epoch: str
    offset: int
    expires_at: float | None


@dataclass
class Rules:
    """One connection, by the rules.

    Attributes:
        said: what the client was sent since `take` was called.
        end: how it ended: a code, `DROPPED`, `VANISHED`, or None.
    """

    times: Times
    way: Way
    now: float
    state: str = "new"
    end: int | str | None = None
    reason: str = ""
    said: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: dict[str, Held] = field(default_factory=dict)
    pending: tuple[int, str, dict[str, Any]] | None = None
    waiting: list[dict[str, Any] | None] = field(default_factory=list)
    due: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.due["stale"] = self.now + self.times.stale

    def take(self) -> list[dict[str, Any]]:
        """What was said, once."""
        said, self.said = self.said, []
        return said

    # The client.

    def receive(self, commands: list[dict[str, Any] | None]) -> None:
        """A frame; None is a command that cannot be read."""
        if self.state == "refused" and self.way.emulated:
            self.close(3501)
        elif self.state in {"new", "connected"}:
            self.waiting += commands
            self.work()

    def leave(self) -> None:
        """The client is gone."""
        if self.state != "closed":
            self.over(VANISHED)

    def work(self) -> None:
        while self.waiting and self.pending is None and self.state in {"new", "connected"}:
            command = self.waiting.pop(0)
            if command is None:
                self.close(3501)
            else:
                self.command(command)

    def command(self, command: dict[str, Any]) -> None:
        number = command.get("id", 0)
        name = next((name for name in ORDER if command.get(name) is not None), None)
        asked: dict[str, Any] = command[name] if name is not None else {}
        if not number and name != "send":
            self.pong()
        elif name is None or (name == "connect") == (self.state == "connected"):
            self.close(3501)
        elif name == "connect":
            self.pending = number, name, asked
        elif name == "send":
            self.close(3508)
        elif any(asked.get(needed, "") == "" for needed in NEEDED.get(name, ())):
            self.close(3501)
        elif name == "unsubscribe":
            self.subscriptions.pop(asked["channel"], None)
            self.say({"id": number, "unsubscribe": {}})
        elif (error := self.error_of(name, asked)) is not None:
            self.say_error(number, error)
        else:
            self.pending = number, name, asked

    def error_of(self, name: str, asked: dict[str, Any]) -> int | None:
        channel = asked.get("channel", "")
        if name in {"ping", "rpc"}:
            return 108
        if name == "subscribe":
            if len(channel.encode()) > self.times.channel_max_length:
                return 107
            if channel in self.subscriptions:
                return 105
            if len(self.subscriptions) >= self.times.channel_limit:
                return 106
        if name == "sub_refresh":
            if channel not in self.subscriptions:
                return 103
            if not asked.get("token"):
                return 107
        return None

    def pong(self) -> None:
        if self.state != "connected" or self.due.pop("pong", None) is None:
            self.close(3501)

    # What was decided.

    def connect(self, *, ttl: int | None, subscriptions: dict[str, Granted]) -> None:
        number, _, _ = self.taken()
        self.state = "connected"
        del self.due["stale"]
        self.due["look"] = self.now + self.times.look
        if self.times.ping:
            self.due["ping"] = self.now + self.times.ping * self.times.phase
        told: dict[str, Any] = {"client": "c", "version": "4.1.5"}
        if ttl is not None:
            told |= {"expires": True, "ttl": ttl}
            self.due["expiry"] = self.now + ttl + self.times.expired
        if subscriptions:
            told["subs"] = {channel: granted.result() for channel, granted in subscriptions.items()}
        if self.times.ping:
            told["ping"] = int(self.times.ping)
            if not self.way.unidirectional:
                told["pong"] = True
        if self.way.unidirectional or self.way.emulated:
            told["session"] = "s"
        if self.way.emulated:
            told["node"] = "n"
        self.say({"connect": told} if self.way.unidirectional else {"id": number, "connect": told})
        for channel, granted in subscriptions.items():
            self.hold(channel, granted)
        self.work()

    def subscribe(self, granted: Granted) -> None:
        number, _, asked = self.taken()
        self.say({"id": number, "subscribe": granted.result()})
        self.hold(asked["channel"], granted)
        self.work()

    def refresh(self, *, ttl: int | None) -> None:
        number, _, _ = self.taken()
        if ttl is not None:
            self.due["expiry"] = self.now + ttl + self.times.expired
        self.say({"id": number, "refresh": {} if ttl is None else {"expires": True, "ttl": ttl}})
        self.work()

    def sub_refresh(self, *, ttl: int | None) -> None:
        number, _, asked = self.taken()
        held = self.subscriptions.get(asked["channel"])
        if held is not None:
            held.expires_at = None if ttl is None else self.now + ttl
        self.say({"id": number, "sub_refresh": {} if ttl is None else {"expires": True, "ttl": ttl}})
        self.work()

    def answer(self, result: dict[str, Any]) -> None:
        """To a call."""
        number, name, _ = self.taken()
        self.say({"id": number, name: result})
        self.work()

    def refuse(self, error: int) -> None:
        number, name, _ = self.taken()
        if name != "connect":
            self.say_error(number, error)
            self.work()
        elif self.way.unidirectional:
            self.close({109: 3005, 110: 3005, 103: 3507}.get(error, 3004))
        else:
            self.say_error(number, error)
            self.state = "refused"
            self.waiting.clear()
            # 3.1, 5: where there is no socket of its own to drop, it is stale when it stays.
            if not self.way.emulated:
                self.due["drop"] = self.now + self.times.drop

    def taken(self) -> tuple[int, str, dict[str, Any]]:
        assert self.pending is not None
        pending, self.pending = self.pending, None
        return pending

    # The broker.

    def publish(self, channel: str, *, epoch: str, offset: int) -> None:
        held = self.subscriptions.get(channel)
        if held is None:
            return
        if held.granted.positioned and offset:
            if (epoch, offset) != (held.epoch, held.offset + 1):
                self.lose(channel)
                return
            held.offset = offset
        self.push({"channel": channel, "pub": published(offset)})

    def publish_other(self, channel: str, news: dict[str, Any]) -> None:
        held = self.subscriptions.get(channel)
        if held is not None and held.granted.hears:
            self.push({"channel": channel, **news})

    def publish_rubbish(self, channel: str) -> None:
        """A payload that is not JSON."""
        if channel in self.subscriptions:
            self.close(3506)

    def lose(self, channel: str) -> None:
        held = self.subscriptions.get(channel)
        if held is None:
            return
        if held.granted.by_server:
            self.close(3010)
        else:
            self.unsubscribe(channel, 2500)

    # The server API.

    def unsubscribe(self, channel: str, code: int) -> None:
        if self.state == "connected":
            self.subscriptions.pop(channel, None)
            told: dict[str, Any] = {"unsubscribe": {"code": code, "reason": UNSUBSCRIBED[code]}}
            self.push(({"channel": channel} if channel else {}) | told)

    def subscribed(self, channel: str, granted: Granted) -> None:
        before = self.subscriptions.get(channel)
        self.push({"channel": channel, "subscribe": granted.push()})
        for offset in granted.missed or ():
            self.push({"channel": channel, "pub": published(offset)})
        self.hold(channel, granted)
        if before is not None and before.granted.positioned:
            # Other terms for one that stands: it goes on where it is.
            held = self.subscriptions[channel]
            held.epoch, held.offset = before.epoch, before.offset

    def refreshed(self, *, ttl: int | None) -> None:
        if ttl is not None:
            self.due["expiry"] = self.now + ttl + self.times.expired
        self.push({"refresh": {} if ttl is None else {"expires": True, "ttl": ttl}})

    def close(self, code: int, reason: str | None = None) -> None:
        if self.state == "closed":
            return
        reason = REASONS[code] if reason is None else reason
        if self.way.tells:
            self.push({"disconnect": {"code": code, "reason": reason}})
        self.over(code, reason)

    # Time.

    @property
    def next_due(self) -> float | None:
        return min(self.due.values(), default=None)

    def pass_until(self, now: float) -> None:
        """Everything that is due until then, in the order of time."""
        while self.due and min(self.due.values()) <= now:
            name = min(self.due, key=lambda name: self.due[name])
            self.now = self.due.pop(name)
            self.fire(name)
        self.now = now

    def fire(self, name: str) -> None:
        times = self.times
        if name == "ping":
            self.due["ping"] = self.now + times.ping
            if not self.way.unidirectional:
                self.due["pong"] = self.now + times.pong
            self.said.append({})
        elif name == "look":
            self.due["look"] = self.now + times.look
            for channel, held in list(self.subscriptions.items()):
                if held.expires_at is not None and self.now > held.expires_at + times.expired_sub:
                    if held.granted.by_server:
                        self.close(3006)
                        return
                    self.unsubscribe(channel, 2501)
        elif name == "drop":
            self.over(DROPPED)
        else:
            self.close({"stale": 3502, "pong": 3012, "expiry": 3005}[name])

    # Inside.

    def hold(self, channel: str, granted: Granted) -> None:
        expires_at = None if granted.ttl is None else self.now + granted.ttl
        self.subscriptions[channel] = Held(granted, *granted.top, expires_at=expires_at)

    def say(self, reply: dict[str, Any]) -> None:
        if self.state != "closed":
            self.said.append(reply)

    def push(self, push: dict[str, Any]) -> None:
        self.say(push if self.way.unidirectional else {"push": push})

    def say_error(self, number: int, error: int) -> None:
        told: dict[str, Any] = {"code": error, "message": ERRORS[error]}
        self.say({"id": number, "error": told | ({"temporary": True} if error in TEMPORARY else {})})

    def over(self, end: int | str, reason: str = "") -> None:
        self.state, self.end, self.reason = "closed", end, reason
        self.pending = None
        self.waiting.clear()
        self.due.clear()
        self.subscriptions.clear()
