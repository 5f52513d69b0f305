"""Recorded streams over HTTP."""

from __future__ import annotations

import pytest
from tests.server.http.devapi.broadcasts import settings_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("world"))


async def test_a_record(http, basic):
    answer = await http.get("/v1/stream_record", params={"record_id": "old"}, headers=basic("bot", "secret of the bot"))

    assert answer.json() == {
        "data": {
            "stream_record": {
                "id": "old",
                "title": "Yesterday",
                "duration": 3600,
                "category": {"id": "chess", "title": "Шахматы", "type": "game", "cover_url": ""},
                "counters": {"views": 17},
                "created_at": 1767142800,
                "stream_started_at": 1767139200,
                "preview_url": "",
                "video_id": "video",
                "reactions": [],
            }
        }
    }


async def test_where_the_video_of_a_record_is_is_told_to_those_who_ask(http, bearer):
    params = {"record_id": "old", "with_source_urls": "true", "ip": "192.0.2.1", "user_agent": "x"}
    answer = await http.get("/v1/stream_record", params=params, headers=bearer("viewer"))

    assert answer.json()["data"]["stream_record"]["source_urls"] == [
        {"type": "hls", "url": "https://video.example/records/old.m3u8"}
    ]


async def test_the_records_of_a_channel_come_in_parts_the_newest_first(http, bearer):
    async def part(**params):
        answer = await http.get(
            "/v1/stream_records", params={"channel_url": "streamer"} | params, headers=bearer("viewer")
        )
        body = answer.json()
        return [one["id"] for one in body["data"]["stream_records"]], body["extra"]

    assert await part(limit=200) == (["new", "old"], {"offset": 2, "is_last": True})
    assert await part(limit=1) == (["new"], {"offset": 1, "is_last": False})
    assert await part(limit=1, offset=1) == (["old"], {"offset": 2, "is_last": True})
    assert await part(limit=1, channel_url="silent") == ([], {"offset": 0, "is_last": True})


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("/v1/stream_record", {}, (400, "missing_param")),
        ("/v1/stream_record", {"record_id": ""}, (400, "invalid_param")),
        ("/v1/stream_record", {"record_id": "\0"}, (400, "invalid_param")),
        ("/v1/stream_record", {"record_id": "old", "ip": "nowhere"}, (400, "invalid_param")),
        ("/v1/stream_record", {"record_id": "unknown"}, (404, "not_found")),
        ("/v1/stream_record", {"record_id": "of the banned"}, (403, "channel_banned")),
        ("/v1/stream_records", {"limit": 5}, (400, "missing_param")),
        ("/v1/stream_records", {"channel_url": "streamer"}, (400, "missing_param")),
        ("/v1/stream_records", {"channel_url": "streamer", "limit": 201}, (400, "invalid_param")),
        ("/v1/stream_records", {"channel_url": "streamer", "limit": 1, "offset": -1}, (400, "invalid_param")),
        ("/v1/stream_records", {"channel_url": "unknown", "limit": 5}, (404, "channel_not_found")),
        ("/v1/stream_records", {"channel_url": "gone", "limit": 5}, (403, "channel_banned")),
    ],
)
async def test_what_cannot_be_told_of_records_is_said(http, bearer, refusal, path, params, expected):
    assert refusal(await http.get(path, params=params, headers=bearer("viewer"))) == expected
