"""What there is to watch, over HTTP."""

from __future__ import annotations

import pytest
from tests.server.http.devapi.broadcasts import settings_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHANNELS, CATEGORIES = "/v1/catalog/online_channels", "/v1/catalog/online_categories"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("world"))


async def test_a_category_with_how_many_watch_it(http, basic):
    answer = await http.get("/v1/category", params={"category_id": "chess"}, headers=basic("bot", "secret of the bot"))

    assert answer.json() == {
        "data": {
            "category": {
                "id": "chess",
                "title": "Шахматы",
                "type": "game",
                "cover_url": "https://example/chess.png",
                "counters": {"viewers": 5},
            }
        }
    }


async def test_categories_are_found_by_a_part_of_their_title_in_any_case(http, bearer):
    async def found(**params) -> list[str]:
        answer = await http.get("/v1/category/search", params={"limit": 200} | params, headers=bearer("viewer"))
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"data"}
        return [one["id"] for one in answer.json()["data"]["categories"]]

    assert await found(query="ШАХ") == ["talk", "chess"]
    assert await found(query=" шах ", type="game") == ["chess"]
    assert await found(query="шах", limit=1) == ["talk"]
    assert await found(query="покер") == []


async def test_live_channels_come_by_their_viewers_each_with_its_stream(http, bearer):
    answer = await http.get(CHANNELS, params={"limit": 200}, headers=bearer("viewer"))

    body = answer.json()
    assert [one["channel"]["url"] for one in body["data"]["channels"]] == ["elsewhere", "streamer"]
    assert body["extra"] == {"offset": 2, "is_last": True}
    alone = await http.get("/v1/channel", params={"channel_url": "streamer"}, headers=bearer("viewer"))
    assert body["data"]["channels"][1] == alone.json()["data"]


async def test_the_next_part_begins_where_the_last_one_said(http, bearer):
    seen, offset, is_last = [], 0, False
    while not is_last:
        answer = await http.get(CHANNELS, params={"limit": 1, "offset": offset}, headers=bearer("viewer"))
        seen += [one["channel"]["url"] for one in answer.json()["data"]["channels"]]
        offset, is_last = answer.json()["extra"]["offset"], answer.json()["extra"]["is_last"]

    assert (seen, offset) == (["elsewhere", "streamer"], 2)
    beyond = await http.get(CHANNELS, params={"limit": 1, "offset": 9}, headers=bearer("viewer"))
    assert beyond.json() == {"data": {"channels": []}, "extra": {"offset": 9, "is_last": True}}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"category_id": "chess"}, ["streamer"]),
        ({"category_id": ""}, ["elsewhere", "streamer"]),
        ({"category_id": "unknown"}, []),
        ({"category_type": "irl"}, ["elsewhere"]),
        ({"has_vk_video": "true"}, ["streamer"]),
        ({"has_vk_video": "false"}, ["elsewhere", "streamer"]),
        ({"all_streams": "true"}, ["elsewhere", "streamer"]),
    ],
)
async def test_filters_of_the_catalogue(http, bearer, params, expected):
    answer = await http.get(CHANNELS, params={"limit": 200} | params, headers=bearer("viewer"))

    assert [one["channel"]["url"] for one in answer.json()["data"]["channels"]] == expected


async def test_live_categories_come_by_their_viewers_in_parts(http, bearer):
    first = await http.get(CATEGORIES, params={"limit": 1}, headers=bearer("viewer"))
    second = await http.get(CATEGORIES, params={"limit": 1, "offset": 1}, headers=bearer("viewer"))
    games = await http.get(CATEGORIES, params={"limit": 9, "category_type": "game"}, headers=bearer("viewer"))

    (talk,) = first.json()["data"]["categories"]
    assert (talk["id"], talk["counters"], first.json()["extra"]) == (
        "talk",
        {"viewers": 9},
        {"offset": 1, "is_last": False},
    )
    assert [one["id"] for one in second.json()["data"]["categories"]] == ["chess"]
    assert second.json()["extra"] == {"offset": 2, "is_last": True}
    assert [one["id"] for one in games.json()["data"]["categories"]] == ["chess"]


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("/v1/category", {}, (400, "missing_param")),
        ("/v1/category", {"category_id": ""}, (400, "invalid_param")),
        ("/v1/category", {"category_id": "\0"}, (400, "invalid_param")),
        ("/v1/category", {"category_id": "unknown"}, (404, "not_found")),
        ("/v1/category/search", {"limit": 5}, (400, "missing_param")),
        ("/v1/category/search", {"query": "x"}, (400, "missing_param")),
        ("/v1/category/search", {"query": "", "limit": 5}, (400, "invalid_param")),
        ("/v1/category/search", {"query": "  ", "limit": 5}, (400, "invalid_param")),
        ("/v1/category/search", {"query": "x" * 256, "limit": 5}, (400, "invalid_param")),
        ("/v1/category/search", {"query": "x", "limit": 5, "type": "\0"}, (400, "invalid_param")),
        *(
            (path, {"limit": limit}, (400, "invalid_param"))
            for path in (CHANNELS, CATEGORIES)
            for limit in (0, 201, "x")
        ),
        *((path, {"limit": 5, "offset": -1}, (400, "invalid_param")) for path in (CHANNELS, CATEGORIES)),
        *((path, {"limit": 5, "offset": 10**30}, (400, "invalid_param")) for path in (CHANNELS, CATEGORIES)),
        *((path, {}, (400, "missing_param")) for path in (CHANNELS, CATEGORIES)),
        (CHANNELS, {"limit": 5, "all_streams": "all"}, (400, "invalid_param")),
    ],
)
async def test_what_cannot_be_told_is_said(http, bearer, refusal, path, params, expected):
    assert refusal(await http.get(path, params=params, headers=bearer("viewer"))) == expected


@pytest.mark.parametrize(
    "path", ["/v1/catalog/active_channels", "/v1/catalog/categories", "/v1/catalog/promo", "/v1/video"]
)
async def test_a_method_that_is_only_a_rumour_is_unknown(http, bearer, refusal, path):
    assert refusal(await http.get(path, headers=bearer("viewer"))) == (404, "unknown_api_method")
