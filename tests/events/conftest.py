"""The payloads that reference material shows for each type of event."""

import json

import pytest

CHAT_MESSAGE_SEND = """{"type":"channel_chat_message_send","data":{"chat_message":{
  "id":700123,"created_at":1780000000,"is_private":false,
  "author":{"id":2002,"nick":"viewer_one","nick_color":4,"avatar_url":"https://img.example/a.png",
    "is_owner":false,"is_moderator":true,
    "badges":[{"id":"b-1","name":"","achievement_name":"subscription_01","small_url":"https://img.example/s.png","medium_url":"https://img.example/m.png","large_url":"https://img.example/l.png"}],
    "roles":[{"id":"r-1","name":"VIP","small_url":"…","medium_url":"…","large_url":"…"}]},
  "parts":[{"mention":{"id":1001,"nick":"streamer"}},{"text":{"content":", hi "}},
    {"smile":{"id":"sm-1","name":"peepo","animated":false,"small_url":"…","medium_url":"…","large_url":"…"}},
    {"link":{"content":"example.org","url":"https://example.org/"}}]}}}"""

CHAT_MESSAGE_DELETE = '{"type":"channel_chat_message_delete","data":{"chat_message":{"id":700123}}}'

REWARD_DEMAND_CREATE = """{"type":"channel_points_reward_demand_create","data":{"demand":{
 "id":5150,"status":"pending","created_at":1780000100,
 "user":{"id":2002,"nick":"viewer_one"},"reward":{"id":"6d0f2f9e-0000-4000-8000-000000000001"},
 "message_parts":[{"text":{"content":"play jazz"}}]}}}"""

FOLLOW_CREATE = """{"type":"channel_follow_create","data":{"follow":{
 "follower":{"id":2003,"nick":"newbie","nick_color":9},"started_at":1780000200}}}"""

RAID_INCOME = """{"type":"channel_raid_income","data":{"raid":{
 "source":{"owner":{"id":3003,"nick":"raider","nick_color":1}},"raiders_count":42}}}"""

STREAM_START = (
    '{"type":"channel_stream_start","data":{"channel":{"url":"streamer"},"owner":{"id":1001},"stream":{"id":"6d0f","title":"Jazz",'
    '"category":{"id":"c-1","type":"irl","title":"Music"},"video_id":"v-1","started_at":1780000000,"ended_at":0,"preview_url":""}}}'
)


@pytest.fixture
def chat_message_send() -> bytes:
    return CHAT_MESSAGE_SEND.encode()


@pytest.fixture
def chat_message_delete() -> bytes:
    return CHAT_MESSAGE_DELETE.encode()


@pytest.fixture
def reward_demand_create() -> bytes:
    return REWARD_DEMAND_CREATE.encode()


@pytest.fixture
def follow_create() -> bytes:
    return FOLLOW_CREATE.encode()


@pytest.fixture
def raid_income() -> bytes:
    return RAID_INCOME.encode()


@pytest.fixture
def stream_start() -> bytes:
    return STREAM_START.encode()


@pytest.fixture(
    params=[CHAT_MESSAGE_SEND, CHAT_MESSAGE_DELETE, REWARD_DEMAND_CREATE, FOLLOW_CREATE, RAID_INCOME, STREAM_START],
    ids=lambda payload: json.loads(payload)["type"],
)
def any_payload(request: pytest.FixtureRequest) -> str:
    payload: str = request.param
    return payload
