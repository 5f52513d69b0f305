"""What happens to a platform and its client, drawn from a seed: the same seed, the same schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from vklive.client.queue import Overflow
from vklive.protocol.codes import DisconnectCode

WS_CHANNELS = ("open:chat", "kept:info", "limited:chat")
API = ("/v1/websocket/token", "/v1/channel", "/v1/websocket/subscription_token")
CLOSES = (DisconnectCode.SHUTDOWN, DisconnectCode.SLOW, DisconnectCode.STALE, DisconnectCode.INSUFFICIENT_STATE)
MAX_STEPS = 25


class Action(StrEnum):
    """One thing that happens."""

    PUBLISH = "publish"
    SLEEP = "sleep"
    CUT = "cut"
    SILENCE = "silence"
    STALL = "stall"
    DELAY = "delay"
    REPEAT = "repeat"
    LOSE = "lose"
    CLOSE = "close"
    UNSUBSCRIBE = "unsubscribe"
    CLOSED_PORT = "closed port"
    API_FAILS = "api fails"
    RESTART = "restart the server"
    WIPE = "restart the server without its history"
    PACE = "pace of the handler"
    PROGRAM = "restart the program"


@dataclass(frozen=True)
class Step:
    """An action, and what it is done with: a ws channel, a path, a number of seconds or of times."""

    action: Action
    what: str = ""
    number: float = 0.0

    def __str__(self) -> str:
        return " ".join(str(each) for each in (self.action.value, self.what, round(self.number, 3) or "") if each)


@dataclass(frozen=True)
class Schedule:
    """A whole one.

    Attributes:
        ttl: seconds that tokens live.
        limit: of the queue between the connection and the program.
        overflow: what the queue does when it is full.
        refill: whether chats are refilled.
        resume: whether the stream is kept in a file; only then the program can be restarted.
    """

    seed: int
    steps: tuple[Step, ...]
    ttl: int
    limit: int
    overflow: Overflow
    refill: bool
    resume: bool


def _seconds(draw: Random) -> float:
    return draw.expovariate(1 / draw.choice([0.05, 1.0, 20.0]))


_DRAWN: dict[Action, tuple[int, Callable[[Random], Step]]] = {
    Action.PUBLISH: (30, lambda draw: Step(Action.PUBLISH, draw.choice(WS_CHANNELS), draw.choice([1, 1, 2, 7]))),
    Action.SLEEP: (20, lambda draw: Step(Action.SLEEP, number=_seconds(draw))),
    Action.CUT: (5, lambda _: Step(Action.CUT)),
    Action.SILENCE: (3, lambda _: Step(Action.SILENCE)),
    Action.STALL: (3, lambda draw: Step(Action.STALL, number=_seconds(draw))),
    Action.DELAY: (3, lambda draw: Step(Action.DELAY, number=draw.choice([0.0, 0.02, 0.5, 3.0]))),
    Action.REPEAT: (3, lambda draw: Step(Action.REPEAT, number=draw.randint(1, 3))),
    Action.LOSE: (3, lambda draw: Step(Action.LOSE, number=draw.randint(1, 3))),
    Action.CLOSE: (4, lambda draw: Step(Action.CLOSE, number=draw.choice(CLOSES))),
    Action.UNSUBSCRIBE: (4, lambda draw: Step(Action.UNSUBSCRIBE, draw.choice(WS_CHANNELS))),
    Action.CLOSED_PORT: (3, lambda draw: Step(Action.CLOSED_PORT, number=draw.randint(1, 7))),
    Action.API_FAILS: (4, lambda draw: Step(Action.API_FAILS, draw.choice(API), draw.choice([0, 429, 503]))),
    Action.RESTART: (3, lambda draw: Step(Action.RESTART, number=_seconds(draw))),
    Action.WIPE: (2, lambda draw: Step(Action.WIPE, number=_seconds(draw))),
    Action.PACE: (4, lambda draw: Step(Action.PACE, number=draw.choice([0.0, 0.0, 0.1, 2.0]))),
    Action.PROGRAM: (3, lambda draw: Step(Action.PROGRAM, number=_seconds(draw))),
}


def schedule_of(seed: int) -> Schedule:
    """The schedule that belongs to a seed."""
    draw = Random(seed)
    resume = draw.random() < 0.15
    possible = [action for action in _DRAWN if resume or action is not Action.PROGRAM]
    weights = [_DRAWN[action][0] for action in possible]
    actions = draw.choices(possible, weights, k=draw.randint(1, MAX_STEPS))
    narrow = draw.random() < 0.3
    return Schedule(
        seed=seed,
        steps=tuple(_DRAWN[action][1](draw) for action in actions),
        ttl=draw.choice([20, 45, 3600]),
        limit=draw.randint(1, 20) if narrow else 10_000,
        overflow=draw.choice(list(Overflow)) if narrow else Overflow.DROP_OLDEST,
        refill=draw.random() < 0.5,
        resume=resume,
    )
