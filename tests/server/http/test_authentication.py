"""Who is who, and that nobody learns why they are nobody."""

from __future__ import annotations

import base64

import pytest

from vklive.server.store.hashing import hash_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_AUTHORIZED = (401, {"error": "unauthorized", "error_description": "Not authorized"})
EVERY_METHOD = [
    ("GET", "/v1/websocket/token"),
    ("GET", "/v1/websocket/subscription_token"),
    ("GET", "/v1/channel"),
    ("POST", "/v1/channels"),
]


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


@pytest.mark.parametrize(("verb", "path"), EVERY_METHOD)
async def test_every_method_asks_who_it_is_before_anything_else(http, verb, path):
    answer = await http.request(verb, path)

    assert (answer.status_code, answer.json()) == NOT_AUTHORIZED
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer wrong",
        "Bearer viewer2",
        "viewer",
        "Token viewer",
        "Bearer " + "x" * 8000,
        "Basic",
        "Basic !!!",
        "Basic " + encoded(b"bot"),
        "Basic " + encoded(b"bot:"),
        "Basic " + encoded(b":secret of the bot"),
        "Basic " + encoded(b"bot:wrong"),
        "Basic " + encoded(b"other:secret of the bot"),
        "Basic " + encoded(b"bot\0:secret of the bot"),
        "Basic " + encoded(b"\xff\xfe:x"),
        "Basic " + encoded(b"viewer:viewer"),
        "Bearer " + encoded(b"bot:secret of the bot"),
    ],
)
async def test_whoever_is_nobody_is_told_the_same(http, authorization):
    answer = await http.get("/v1/websocket/token", headers={"Authorization": authorization})

    assert (answer.status_code, answer.json()) == NOT_AUTHORIZED


@pytest.mark.parametrize("authorization", ["Bearer viewer", "bearer viewer", "BEARER  viewer", "Bearer application"])
async def test_a_scheme_is_written_as_one_likes(http, authorization):
    answer = await http.get("/v1/websocket/token", headers={"Authorization": authorization})

    assert answer.status_code == 200


async def test_the_hash_of_a_token_is_no_token(http, bearer):
    answer = await http.get("/v1/websocket/token", headers=bearer(hash_of("viewer")))

    assert answer.status_code == 401
