"""Whatever is sent, the answer is one of those that are documented, and never that the server failed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.server.http.platform_api.conftest import EVENT, KEY, METHODS

HUGE = 10**30
ODD: tuple[Any, ...] = (None, True, -1, 0, 1.5, HUGE, "", "x", "\0", "x" * 5000, [], [1], {}, {"a": 1}, -HUGE, "1")
"""Values that nearly no field takes."""

CHAT = {
    "channel_id": 42,
    "type": "channel_chat_message_send",
    "data": {
        "chat_message": {
            "id": 5,
            "created_at": 1,
            "author": {"id": 1, "nick": "a", "badges": [], "roles": []},
            "parts": [{"text": {"content": "hi"}}],
        }
    },
    "user_id": 11,
    "limited": True,
    "topic": "chat",
    "idempotency_key": "key",
}
BODIES = {**METHODS, "events": EVENT, "events of a known type": CHAT}

MALFORMED = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"\xff\xfe",
    b'{"user_id":1e999}',
    b'{"user_id":NaN}',
    b'{"a":"\\ud800"}',
    b"9" * 5000,
    b'{"data":{"a":' + b"9" * 5000 + b"}}",
    b'{"user_id":11,"x":' + b"9" * 5000 + b"}",
    b'{"user_id":1' + b"0" * 5000 + b"}",
    b"[" * 100_000,
    b'{"data":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}",
    b"x" * (256 * 1024 + 1),
)


def spoiled(body: Any) -> Iterator[Any]:
    """The body with each of its fields missing, and with each odd value in its place, however deep it is."""
    if isinstance(body, dict):
        yield body | {"a field that there is not": 1}
        for name, inner in body.items():
            yield {key: value for key, value in body.items() if key != name}
            yield from (body | {name: odd} for odd in ODD)
            yield from (body | {name: worse} for worse in spoiled(inner))
    elif isinstance(body, list) and body:
        yield from ([*body[:-1], worse] for worse in spoiled(body[-1]))


async def statuses_of(platform, path: str) -> set[int]:
    document = (await platform.http.get("/docs/openapi.json")).json()
    of_channel = f"/platform/v1/channels/{{channel_url}}/{path}"
    operation = document["paths"][of_channel if path in METHODS else f"/platform/v1/{path}"]["post"]
    assert operation["security"] == [{"ApiKey": []}]
    assert operation["tags"] == ["platform"]
    assert any(each["name"] == "Idempotency-Key" for each in operation["parameters"])
    return {int(status) for status in operation["responses"]} - {500, 503}


@pytest.mark.parametrize("name", BODIES)
async def test_no_body_is_answered_with_what_is_not_documented(platform, name):
    path = name.partition(" ")[0]
    documented = await statuses_of(platform, path)
    for body in spoiled(copy.deepcopy(BODIES[name])):
        answer = await platform.call(path, body)
        assert answer.status_code in documented, f"{json.dumps(body)[:500]}: {answer.text}"
        if answer.status_code != 200:
            assert set(answer.json()) == {"error", "error_description"}


@pytest.mark.parametrize("path", ["events", "followers/add", "streams/start"])
@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:20]))
async def test_what_is_no_body_is_refused(platform, path, body):
    where = f"channels/streamer/{path}" if path in METHODS else path
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    answer = await platform.http.post(f"/platform/v1/{where}", content=body, headers=headers)
    assert answer.status_code == (413 if len(body) > 256 * 1024 else 400), answer.text
    assert set(answer.json()) == {"error", "error_description"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"user_id": "eleven", "level": {"id": "a"}}, "user_id"),
        ({"user_id": 11, "level": {"id": 7}}, "level.id"),
        ({"user_id": 11, "level": {"id": "a", "prise": 1}}, "prise"),
        ({"user_id": 11}, "level"),
        ({"user_id": 11, "level": {"id": "a"}, "days_duration": 100_000}, "days_duration"),
    ],
)
async def test_the_words_name_the_field(platform, body, field):
    answer = await platform.call("subscriptions/create", body)
    assert answer.status_code == 400
    assert field in answer.json()["error_description"]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "application/x-msgpack",
        ";;",
    ],
)
async def test_a_body_is_json_whatever_it_is_called(platform, content_type):
    headers = {"X-API-Key": KEY} | ({"Content-Type": content_type} if content_type else {})
    answer = await platform.http.post("/platform/v1/events", content=json.dumps(EVENT).encode(), headers=headers)
    assert answer.status_code == 200, answer.text
