"""Replays a scenario against anything that can be spoken to, and collects what differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from tests.vectors.script import Placeholders, Scenario

LEFT = 1000
"""The code of a recorder that leaves by itself."""


class Peer(Protocol):
    """One connection to the server under test."""

    async def send(self, frame: str) -> None: ...

    async def next_message(self) -> str:
        """The next message; the line of a frame, not the frame."""
        ...

    def put_back(self, messages: list[str]) -> None:
        """Have these come next, in this order."""
        ...

    async def closed(self) -> tuple[int, str]:
        """Waits for the end; gives code and reason."""
        ...

    async def leave(self) -> list[str]:
        """Closes from this side; gives the messages that nobody asked for."""
        ...


class World(Protocol):
    """The server under test."""

    async def open(self, query: str, *, answer_pings: bool, keep_pings: bool) -> Peer: ...

    async def api(self, body: dict[str, Any], *, key: str | None) -> tuple[int, Any]: ...

    async def wait(self, seconds: float) -> None: ...


async def replay(scenario: Scenario, world: World, *, now: int, api_keys: Callable[[], str | None]) -> list[str]:
    """Play the scenario; returns what differs from the recording."""
    values = Placeholders(now)
    peers: dict[str, Peer] = {}
    found: list[str] = []
    answered_by_peer = False
    for number, entry in enumerate(_in_order_of_cause(scenario.log)):
        at = f"{scenario.name}[{number}]"
        name = entry.get("conn", "a")
        was_ping, answered_by_peer = answered_by_peer, False
        match entry:
            case {"open": query}:
                peers[name] = await world.open(
                    query, answer_pings=scenario.answers_pings, keep_pings=scenario.records_pings
                )
            case {"send": [{}]} if was_ping:
                pass
            case {"send": commands}:
                await peers[name].send("\n".join(json.dumps(values.fill(command)) for command in commands))
            case {"send_raw": raw}:
                await peers[name].send(values.fill(raw))
            case {"recv": expected}:
                message = await _next(peers[name], expected)
                found += values.differences(expected, message, at=at)
                if client := expected.get("connect", {}).get("client"):
                    values.seen[f"client:{name}"] = values.seen[client]
                answered_by_peer = expected == {} and scenario.answers_pings
            case {"api": body, "status": status, "reply": reply}:
                got_status, got = await world.api(values.fill(body), key=api_keys())
                found += values.differences(
                    {"status": status, "reply": reply}, {"status": got_status, "reply": got}, at=at
                )
            case {"wait": seconds}:
                await world.wait(seconds)
            case {"closed": {"code": code}} if code == LEFT:
                found += [f"{at}: not recorded: {message}" for message in await peers.pop(name).leave()]
            case {"closed": expected}:
                code, reason = await peers.pop(name).closed()
                found += values.differences(expected, {"code": code, "reason": reason}, at=at)
            case {"close": _}:
                assert name not in peers, "its end was recorded before"
            case _:
                found.append(f"{at}: cannot be replayed: {entry}")
    return found


def _in_order_of_cause(log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The log with each cause before the pushes that may have come of it.

    The answer of the API was seen late, and so was a close of the recorder's own.
    """
    ordered: list[dict[str, Any]] = []
    for entry in log:
        at = len(ordered)
        while at and _may_come_of(ordered[at - 1], entry):
            at -= 1
        ordered.insert(at, entry)
    return ordered


def _may_come_of(effect: dict[str, Any], cause: dict[str, Any]) -> bool:
    push = effect.get("recv", {}).get("push", {})
    if "api" in cause:
        return bool(push) or effect.get("closed", {}).get("code", LEFT) != LEFT
    # Others are told that somebody left.
    return cause.get("closed", {}).get("code") == LEFT and "leave" in push and effect["conn"] != cause["conn"]


async def _next(peer: Peer, expected: dict[str, Any]) -> Any:
    """The next message; where a push is expected, the next one of its ws channel, as others promise no order."""
    passed: list[str] = []
    message = await peer.next_message()
    while "push" in expected and _channel(message) not in {None, expected["push"].get("channel")}:
        passed.append(message)
        message = await peer.next_message()
    peer.put_back(passed)
    return json.loads(message)


def _channel(message: str) -> str | None:
    push: dict[str, Any] = json.loads(message).get("push", {})
    return push.get("channel")
