"""Cent 5, which lives in a place of its own: makes the calls that it is told to, and says what each gave."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import cent


def request_of(method: str, params: dict[str, Any]) -> Any:
    """The request of Cent for a method."""
    if method == "batch":
        requests = [request_of(*command) for command in params["commands"]]
        return cent.BatchRequest(requests=requests, parallel=params.get("parallel"))
    name = "".join(word.title() for word in method.split("_"))
    request: Any = getattr(cent, f"{name}Request")(**params)
    return request


def failure_of(error: cent.CentError) -> dict[str, Any]:
    """What went wrong, as Cent has it."""
    return {"error": type(error).__name__, **vars(error)}


def synchronously(asked: dict[str, Any]) -> None:
    """Make the calls with the client for programs without asyncio."""
    client = cent.Client(asked["url"], asked["key"])
    for method, params in asked["calls"]:
        try:
            result = getattr(client, method)(request_of(method, params))
            tell(result.model_dump(exclude_none=True, serialize_as_any=True))
        except cent.CentError as error:
            tell(failure_of(error))


async def asynchronously(asked: dict[str, Any]) -> None:
    """Make the calls with the client for programs with asyncio."""
    async with cent.AsyncClient(asked["url"], asked["key"]) as client:
        for method, params in asked["calls"]:
            try:
                result = await getattr(client, method)(request_of(method, params))
                tell(result.model_dump(exclude_none=True, serialize_as_any=True))
            except cent.CentError as error:
                tell(failure_of(error))


def tell(answer: dict[str, Any]) -> None:
    """Say it in a line."""
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    task = json.loads(sys.argv[1])
    if task["kind"] == "sync":
        synchronously(task)
    else:
        asyncio.run(asynchronously(task))
