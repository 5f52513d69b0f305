"""The roles of channels over HTTP."""

from __future__ import annotations

import asyncio

import pytest
from tests.server.http.devapi.broadcasts import settings_in

from vklive.devapi.scopes import Scope
from vklive.server.platform.roles import MAX_ROLES

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROLES, OF_USER, SET = "/v1/channel_roles", "/v1/channel_roles/user", "/v1/channel_roles/user/set"
WHERE = {"channel_url": "streamer", "user_id": 11}


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("world"))


async def of_user(http, headers, **params) -> list[str]:
    answer = await http.get(OF_USER, params=WHERE | params, headers=headers)
    assert answer.status_code == 200, answer.text
    return [role["id"] for role in answer.json()["data"]["roles"]]


async def give(http, headers, *ids, **params):
    body = {"roles": [{"id": id_} for id_ in ids]}
    return await http.post(SET, params=WHERE | params, json=body, headers=headers)


async def test_the_owner_sees_the_roles_of_the_channel(http, allowing):
    headers = await allowing(1, Scope.CHANNEL_ROLES)
    answer = await http.get(ROLES, params={"channel_url": "streamer"}, headers=headers)

    artist, vip = answer.json()["data"]["roles"]
    assert artist["id"] == "artist"
    assert vip == {
        "id": "vip",
        "name": "VIP",
        "small_url": "https://example/vip.png",
        "medium_url": "",
        "large_url": "",
    }


async def test_what_a_user_is_given_replaces_what_they_had(http, allowing):
    headers = await allowing(1, Scope.CHANNEL_ROLES)
    assert await of_user(http, headers) == ["vip"]

    answer = await give(http, headers, "artist", "artist")

    assert (answer.status_code, answer.json()) == (200, {})
    assert await of_user(http, headers) == ["artist"]
    assert await of_user(http, headers, user_id=2) == []
    assert (await give(http, headers)).status_code == 200
    assert await of_user(http, headers) == []


async def test_two_who_give_roles_at_once_both_do(http, allowing):
    headers = await allowing(1, Scope.CHANNEL_ROLES)

    answers = await asyncio.gather(*(give(http, headers, "artist", "vip") for _ in range(5)))

    assert [answer.status_code for answer in answers] == [200] * 5
    assert await of_user(http, headers) == ["artist", "vip"]


async def test_a_list_with_an_unknown_role_gives_none_of_it(http, allowing, refusal):
    headers = await allowing(1, Scope.CHANNEL_ROLES)
    await give(http, headers, "vip")

    for unknown in ("unknown", "foreign", "", "\0"):
        assert refusal(await give(http, headers, "artist", unknown)) == (404, "not_found")

    assert await of_user(http, headers) == ["vip"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"user_id": 999}, (404, "not_found")),
        ({"user_id": 0}, (400, "invalid_param")),
        ({"user_id": 2**63}, (400, "invalid_param")),
        ({"user_id": "x"}, (400, "invalid_param")),
        ({"channel_url": "elsewhere"}, (403, "forbidden")),
        ({"channel_url": "gone"}, (403, "channel_banned")),
        ({"channel_url": "unknown"}, (404, "channel_not_found")),
        ({"channel_url": ""}, (400, "missing_param")),
    ],
)
async def test_roles_that_cannot_be_given(http, allowing, refusal, params, expected):
    headers = await allowing(1, Scope.CHANNEL_ROLES)

    assert refusal(await give(http, headers, "vip", **params)) == expected


async def test_a_body_that_is_not_what_it_should_be(http, allowing, refusal):
    headers = await allowing(1, Scope.CHANNEL_ROLES)

    bodies: list[object] = [{}, {"roles": ["vip"]}, {"roles": [{}]}, []]
    for body in bodies:
        assert refusal(await http.post(SET, params=WHERE, json=body, headers=headers)) == (400, "invalid_param")
    many = [str(number) for number in range(MAX_ROLES + 1)]
    assert refusal(await give(http, headers, *many)) == (400, "invalid_param")
    assert refusal(await http.get(OF_USER, params={"channel_url": "streamer"}, headers=headers)) == (
        400,
        "missing_param",
    )
