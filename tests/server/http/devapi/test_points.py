"""Channel points over real HTTP, on both kinds of database, and heard on a real WebSocket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest_asyncio
from msgspec import Raw
from tests.server.http.devapi.points_world import Caller, World, world_on
from websockets.asyncio.client import connect

from vklive.protocol.messages import Publication

WATER = {"reward": {"id": "water"}}
NEW = {"name": "Dance", "price": 20}
TEXT = {"text": {"content": "hi"}}


@pytest_asyncio.fixture
async def world(database_url, tmp_path):
    async with world_on(database_url, tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def owner(world: World) -> Caller:
    return await world.caller("owner")


@pytest_asyncio.fixture
async def viewer(world: World) -> Caller:
    return await world.caller("viewer")


def data_of(answer) -> Any:
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) <= {"data", "extra"}
    return answer.json()["data"]


def done(answer) -> None:
    assert (answer.status_code, answer.json()) == (200, {})


def error(answer) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error_description"]
    return answer.status_code, answer.json()["error"]


async def amount_of(caller: Caller) -> int:
    amount: int = data_of(await caller.get())["balance"]["amount"]
    return amount


async def demands_of(owner: Caller, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data_of(await owner.get("/reward/demands", **params))["demands"]
    return found


async def test_a_balance_is_told_with_the_points_and_the_owners_is_infinite(owner, viewer):
    point = {"name": "drops", "small_url": "s.png", "medium_url": "m.png", "large_url": "l.png"}

    assert data_of(await viewer.get()) == {"balance": {"amount": 100, "is_infinite": False}, "point": point}
    assert data_of(await owner.get()) == {"balance": {"amount": 0, "is_infinite": True}, "point": point}


async def test_viewers_see_what_is_on_offer_and_the_owner_everything(owner, viewer):
    offered = data_of(await viewer.get("/rewards"))["rewards"]
    managed = data_of(await owner.get("/rewards/manage_info"))["rewards"]

    assert [reward["id"] for reward in offered] == ["song", "water"]
    assert [reward["id"] for reward in managed] == ["old", "song", "water"]
    assert managed[1:] == offered
    assert data_of(await owner.get("/reward/manage_info", reward_id="song")) == {
        "reward": {
            "id": "song",
            "name": "Song",
            "description": "",
            "price": 10,
            "background_color": 0,
            "is_message_required": True,
            "max_uses_count": None,
            "max_uses_count_per_user": None,
            "repair_timeout": 0,
            "is_disabled": False,
        }
    }


async def test_a_reward_lives_from_its_creation_to_its_end(owner, viewer):
    body = NEW | {"description": "for you", "background_color": 7, "max_uses_count": 3, "repair_timeout": 0}
    reward_id = data_of(await owner.post("/reward/create", {"reward": body}))["reward"]["id"]
    told = data_of(await owner.get("/reward/manage_info", reward_id=reward_id))["reward"]
    assert told == told | body | {"id": reward_id, "is_disabled": False}

    done(await owner.post("/reward/edit", {"reward": NEW | {"price": 30}}, reward_id=reward_id))
    told = data_of(await owner.get("/reward/manage_info", reward_id=reward_id))["reward"]
    assert (told["price"], told["description"], told["max_uses_count"], told["is_disabled"]) == (30, "", None, False)

    wish = {"reward": {"id": reward_id}}
    done(await viewer.post("/reward/activate", wish))
    assert error(await owner.post("/reward/delete", reward_id=reward_id)) == (422, "unprocessable_entity")
    done(await owner.post("/reward/disable", reward_id=reward_id))
    assert error(await viewer.post("/reward/activate", wish)) == (422, "unprocessable_entity")
    assert error(await owner.post("/reward/delete", reward_id=reward_id)) == (422, "unprocessable_entity")
    done(await owner.post("/reward/edit", {"reward": NEW}, reward_id=reward_id))
    assert data_of(await owner.get("/reward/manage_info", reward_id=reward_id))["reward"]["is_disabled"]
    done(await owner.post("/reward/enable", reward_id=reward_id))
    done(await viewer.post("/reward/activate", wish))
    done(await owner.post("/reward/disable", reward_id=reward_id))

    first, second = await demands_of(owner, reward_id=reward_id)
    assert [first["status"], second["status"]] == ["pending", "pending"]
    done(await owner.post("/reward/demand/accept", {"demands": [{"id": first["id"]}]}))
    done(await owner.post("/reward/demand/reject", {"demands": [{"id": second["id"]}]}))
    assert await amount_of(viewer) == 100 - 20
    done(await owner.post("/reward/delete", reward_id=reward_id))

    assert error(await owner.get("/reward/manage_info", reward_id=reward_id)) == (404, "not_found")
    assert [demand["status"] for demand in await demands_of(owner, reward_id=reward_id)] == ["approved", "rejected"]


async def test_a_demand_is_told_with_its_message_and_only_the_id_of_its_reward(owner, viewer):
    parts = [
        {"mention": {"id": 1}},
        {"text": {"content": "play "}, "smile": None},
        {"link": {"url": "https://a.example"}},
    ]
    done(await viewer.post("/reward/activate", {"reward": {"id": "song", "message": {"parts": parts}}}))

    (demand,) = await demands_of(owner)
    assert demand == {
        "id": demand["id"],
        "user": {"id": 11, "nick": "viewer", "nick_color": 5, "avatar_url": "https://a.example/viewer.png"},
        "reward": {"id": "song"},
        "status": "pending",
        "message_parts": [
            {"mention": {"id": 1, "nick": "owner"}},
            {"text": {"content": "play "}},
            {"link": {"content": "a.example", "url": "https://a.example"}},
        ],
        "created_at": demand["created_at"],
    }
    assert demand["created_at"] > 1_700_000_000


async def test_demands_come_by_pages_the_newest_first(world, owner):
    second = await world.caller("second viewer")
    for _ in range(3):
        done(await second.post("/reward/activate", WATER))
    done(await second.post("/reward/activate", {"reward": {"id": "song", "message": {"parts": [TEXT]}}}))

    everything = await demands_of(owner)
    assert [demand["reward"]["id"] for demand in everything] == ["song", "water", "water", "water"]
    assert [demand["id"] for demand in everything] == sorted((demand["id"] for demand in everything), reverse=True)
    pages = []
    offset, is_last = 0, False
    while not is_last:
        answer = await owner.get("/reward/demands", reward_id="water", limit=2, offset=offset)
        pages.append(answer.json()["data"]["demands"])
        assert set(answer.json()["extra"]) == {"offset", "is_last"}
        offset, is_last = answer.json()["extra"]["offset"], answer.json()["extra"]["is_last"]
    assert (pages, offset) == ([everything[1:3], everything[3:]], 3)
    assert await demands_of(owner, offset=99) == []
    assert await demands_of(owner, reward_id="unknown") == []


WISHES: list[tuple[Any, tuple[int, str]]] = [
    ({"id": "unknown"}, (404, "not_found")),
    ({"id": ""}, (404, "not_found")),
    ({"id": "\0"}, (404, "not_found")),
    ({"id": "x" * 1000}, (404, "not_found")),
    ({"id": "foreign"}, (404, "not_found")),
    ({"id": "old"}, (422, "unprocessable_entity")),
    ({"id": "song"}, (422, "unprocessable_entity")),
    ({"id": "song", "message": None}, (422, "unprocessable_entity")),
    ({"id": "song", "message": {"parts": []}}, (422, "unprocessable_entity")),
    ({"id": "song", "message": {"parts": [{"text": {"content": "x" * 501}}]}}, (400, "message_too_long")),
    ({"id": "song", "message": {"parts": [TEXT] * 101}}, (400, "message_too_long")),
    ({"id": "song", "message": {"parts": [{}]}}, (400, "invalid_param")),
    ({"id": "song", "message": {"parts": [TEXT | {"mention": {"id": 1}}]}}, (400, "invalid_param")),
    ({"id": "song", "message": {"parts": [{"mention": {"id": 999}}]}}, (400, "invalid_param")),
    ({"id": "song", "message": {"parts": [{"mention": {"id": 2**63}}]}}, (400, "invalid_param")),
    ({"id": "song", "message": {"parts": [{"smile": {"id": "\0"}}]}}, (400, "invalid_param")),
    ({"id": "song", "message": {"parts": [{"link": {"url": "javascript:0"}}]}}, (400, "invalid_param")),
    ({"id": "song", "message": "hi"}, (400, "invalid_param")),
    ({}, (400, "invalid_param")),
]


async def test_a_wish_that_is_not_fulfilled_costs_nothing(viewer, owner):
    for wish, refusal in WISHES:
        assert error(await viewer.post("/reward/activate", {"reward": wish})) == refusal, wish

    assert (await amount_of(viewer), await demands_of(owner)) == (100, [])


async def test_who_has_too_little_is_told_how_much_it_costs(viewer):
    for _ in range(2):
        done(await viewer.post("/reward/activate", WATER))

    answer = await viewer.post("/reward/activate", WATER)

    assert (answer.status_code, answer.json()) == (
        422,
        {
            "error": "unprocessable_entity",
            "error_description": "The reward costs 50 points, and the user has 0",
        },
    )


CHANGES: list[tuple[str, Any, dict[str, str], tuple[int, str]]] = [
    ("/reward/create", {"reward": NEW | {"price": 0}}, {}, (400, "invalid_param")),
    ("/reward/create", {"reward": NEW | {"name": "x" * 51}}, {}, (400, "invalid_param")),
    ("/reward/create", {"reward": NEW | {"name": "\0"}}, {}, (400, "invalid_param")),
    ("/reward/create", {"reward": {"name": "x"}}, {}, (400, "invalid_param")),
    ("/reward/create", None, {}, (400, "invalid_param")),
    ("/reward/edit", {"reward": NEW}, {}, (400, "missing_param")),
    ("/reward/edit", {"reward": NEW}, {"reward_id": "unknown"}, (404, "not_found")),
    ("/reward/edit", {"reward": NEW}, {"reward_id": "foreign"}, (404, "not_found")),
    ("/reward/edit", {"reward": NEW}, {"reward_id": "\0"}, (404, "not_found")),
    ("/reward/edit", {"reward": NEW}, {"reward_id": "water", "channel_url": "gone"}, (403, "channel_banned")),
    ("/reward/edit", {"reward": NEW}, {"reward_id": "water", "channel_url": "x"}, (404, "channel_not_found")),
    ("/reward/enable", None, {"reward_id": "unknown"}, (404, "not_found")),
    ("/reward/disable", None, {"reward_id": "unknown"}, (404, "not_found")),
    ("/reward/delete", None, {"reward_id": "unknown"}, (404, "not_found")),
    ("/reward/delete", None, {"reward_id": "water"}, (422, "unprocessable_entity")),
    ("/reward/demand/accept", {"demands": [{"id": 999}]}, {}, (404, "not_found")),
    ("/reward/demand/reject", {"demands": [{"id": 2**63}]}, {}, (400, "invalid_param")),
    ("/reward/demand/reject", {"demands": [{"id": 0}]}, {}, (400, "invalid_param")),
    ("/reward/demand/reject", {"demands": [{"id": n + 1} for n in range(101)]}, {}, (400, "invalid_param")),
    ("/reward/demand/accept", {}, {}, (400, "invalid_param")),
]


async def test_what_cannot_be_changed_is_said(owner):
    before = data_of(await owner.get("/rewards/manage_info"))

    for path, body, params, refusal in CHANGES:
        assert error(await owner.post(path, body, **params)) == refusal, (path, body, params)

    assert data_of(await owner.get("/rewards/manage_info")) == before


async def test_a_page_that_there_cannot_be_is_refused(owner):
    for wrong in ({"limit": 0}, {"limit": 201}, {"limit": "all"}, {"limit": ""}, {"offset": -1}, {"offset": 2**31}):
        assert error(await owner.get("/reward/demands", **wrong)) == (400, "invalid_param"), wrong


async def test_of_what_can_be_no_reward_there_are_no_demands_and_no_reward_stands_for_any(owner, viewer):
    done(await viewer.post("/reward/activate", WATER))

    for reward_id in ("\0", "x" * 65):
        assert await demands_of(owner, reward_id=reward_id) == []
    assert len(await demands_of(owner, reward_id="")) == 1


async def test_two_users_race_over_http_for_the_last_use_and_one_wins(world, owner, viewer):
    second = await world.caller("second viewer")
    body = {"reward": {"name": "Last", "price": 1, "max_uses_count": 1}}
    for _ in range(5):
        wish = {"reward": {"id": data_of(await owner.post("/reward/create", body))["reward"]["id"]}}

        answers = await asyncio.gather(*(who.post("/reward/activate", wish) for who in (viewer, second)))

        assert sorted(answer.status_code for answer in answers) == [200, 422]
        assert len(await demands_of(owner, reward_id=wish["reward"]["id"])) == 1


# What is heard.


class Ear:
    """A real WebSocket that listens to ws channels of channel points."""

    def __init__(self, socket) -> None:
        self._socket = socket

    @classmethod
    async def of(cls, world: World, caller: Caller, *names: str) -> Ear:
        answer = await world.http.get("/v1/websocket/token", headers=caller.headers)
        socket = await connect(world.server.ws_url, proxy=None, ping_interval=None, compression=None)
        ear = cls(socket)
        commands = [{"id": 1, "connect": {"token": answer.json()["data"]["token"]}}]
        commands += [{"id": number, "subscribe": {"channel": name}} for number, name in enumerate(names, start=2)]
        await socket.send("\n".join(map(json.dumps, commands)))
        replies = await ear.hear(len(commands))
        assert not any("error" in reply for reply in replies), replies
        return ear

    async def hear(self, count: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(found) < count:
            found += [json.loads(line) for line in str(await self._socket.recv()).split("\n")]
        return found

    async def close(self) -> None:
        await self._socket.close()


async def test_a_demand_is_heard_by_the_owner_alone(world, owner, viewer):
    moderator = await world.caller("moderator")
    ears = {
        "owner": await Ear.of(world, owner, "api-channel-points:42", "api-channel-points:42#1"),
        "viewer": await Ear.of(world, viewer, "api-channel-points:42", "api-channel-points:42#11"),
        "moderator": await Ear.of(world, moderator, "api-channel-points:42", "api-channel-points:42#14"),
    }

    done(await viewer.post("/reward/activate", WATER))
    # Whatever was said before it has come before it.
    await world.server.node.publish("api-channel-points:42", Publication(data=Raw(b'"nothing more"')))

    heard = {who: await ear.hear(2 if who == "owner" else 1) for who, ear in ears.items()}
    (demand,) = await demands_of(owner)
    assert [push["push"]["channel"] for push in heard["owner"]] == ["api-channel-points:42#1", "api-channel-points:42"]
    assert heard["owner"][0]["push"]["pub"]["data"] == {
        "type": "channel_points_reward_demand_create",
        "data": {"demand": demand | {"message_parts": []}},
    }
    for who in ("viewer", "moderator"):
        assert heard[who][0]["push"]["pub"]["data"] == "nothing more"
    for ear in ears.values():
        await ear.close()
