"""Who may call what: the table, method by method, written out here once more, apart from the code that decides it.

It has every method of the OpenAPI document: who adds a method adds a row.
"""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from tests.server.http.devapi.broadcasts import settings_in

from vklive.devapi.scopes import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHO = (
    "guest",
    "basic",
    "application",
    "viewer",
    "another owner",
    "moderator",
    "banned",
    "owner without scope",
    "owner",
)
"""Those who call. All users but the last two have allowed everything, the owner what the method needs."""

ALL = (401, 200, 200, 200, 200, 200, 200, 200, 200)
USERS = (401, 403, 403, 200, 200, 200, 200, 200, 200)
USERS_WITH_SCOPE = (401, 403, 403, 200, 200, 200, 200, 403, 200)
WRITERS_WITH_SCOPE = (401, 403, 403, 200, 200, 200, 403, 403, 200)
TOKENS = (401, 403, 200, 200, 200, 200, 200, 200, 200)
KEEPERS_WITH_SCOPE = (401, 403, 403, 403, 403, 200, 403, 403, 200)
OWNER_WITH_SCOPE = (401, 403, 403, 403, 403, 403, 403, 403, 200)


def of_nothing(answers: tuple[int, ...]) -> tuple[int, ...]:
    """The same about something that is not there: only those who may call it learn that."""
    return tuple(404 if status == 200 else status for status in answers)


TABLE: dict[tuple[str, str], tuple[int, ...]] = {
    ("get", "/v1/catalog/online_categories"): ALL,
    ("get", "/v1/catalog/online_channels"): ALL,
    ("get", "/v1/category"): ALL,
    ("get", "/v1/category/search"): ALL,
    ("get", "/v1/channel"): ALL,
    ("get", "/v1/channel/credentials"): OWNER_WITH_SCOPE,
    ("get", "/v1/channel_point"): USERS_WITH_SCOPE,
    ("get", "/v1/channel_point/reward/demands"): OWNER_WITH_SCOPE,
    ("get", "/v1/channel_point/reward/manage_info"): of_nothing(OWNER_WITH_SCOPE),
    ("get", "/v1/channel_point/rewards"): USERS_WITH_SCOPE,
    ("get", "/v1/channel_point/rewards/manage_info"): OWNER_WITH_SCOPE,
    ("get", "/v1/channel_roles"): OWNER_WITH_SCOPE,
    ("get", "/v1/channel_roles/user"): OWNER_WITH_SCOPE,
    ("get", "/v1/chat/member"): ALL,
    ("get", "/v1/chat/members"): ALL,
    ("get", "/v1/chat/messages"): ALL,
    ("get", "/v1/chat/settings"): KEEPERS_WITH_SCOPE,
    ("get", "/v1/current_user"): USERS,
    ("get", "/v1/stream"): ALL,
    ("get", "/v1/stream_record"): ALL,
    ("get", "/v1/stream_records"): ALL,
    ("get", "/v1/token"): TOKENS,
    ("get", "/v1/websocket/subscription_token"): USERS,
    ("get", "/v1/websocket/token"): ALL,
    ("post", "/v1/channel/stream/edit"): OWNER_WITH_SCOPE,
    ("post", "/v1/channel_point/reward/activate"): of_nothing(USERS_WITH_SCOPE),
    ("post", "/v1/channel_point/reward/create"): OWNER_WITH_SCOPE,
    ("post", "/v1/channel_point/reward/delete"): of_nothing(OWNER_WITH_SCOPE),
    ("post", "/v1/channel_point/reward/demand/accept"): of_nothing(OWNER_WITH_SCOPE),
    ("post", "/v1/channel_point/reward/demand/reject"): of_nothing(OWNER_WITH_SCOPE),
    ("post", "/v1/channel_point/reward/disable"): of_nothing(OWNER_WITH_SCOPE),
    ("post", "/v1/channel_point/reward/edit"): of_nothing(OWNER_WITH_SCOPE),
    ("post", "/v1/channel_point/reward/enable"): of_nothing(OWNER_WITH_SCOPE),
    ("post", "/v1/channel_roles/user/set"): OWNER_WITH_SCOPE,
    ("post", "/v1/channels"): ALL,
    ("post", "/v1/chat/message/send"): WRITERS_WITH_SCOPE,
    ("post", "/v1/chat/settings/edit"): KEEPERS_WITH_SCOPE,
}

SCOPES = {
    "/v1/channel/credentials": Scope.CHANNEL_CREDENTIALS,
    "/v1/channel/stream/edit": Scope.CHANNEL_STREAM_SETTINGS,
    "/v1/channel_point": Scope.CHANNEL_POINTS,
    "/v1/channel_point/reward/activate": Scope.CHANNEL_POINTS,
    "/v1/channel_point/reward/create": Scope.CHANNEL_POINTS_REWARDS,
    "/v1/channel_point/reward/delete": Scope.CHANNEL_POINTS_REWARDS,
    "/v1/channel_point/reward/demand/accept": Scope.CHANNEL_POINTS_REWARDS_DEMANDS,
    "/v1/channel_point/reward/demand/reject": Scope.CHANNEL_POINTS_REWARDS_DEMANDS,
    "/v1/channel_point/reward/demands": Scope.CHANNEL_POINTS_REWARDS_DEMANDS,
    "/v1/channel_point/reward/disable": Scope.CHANNEL_POINTS_REWARDS,
    "/v1/channel_point/reward/edit": Scope.CHANNEL_POINTS_REWARDS,
    "/v1/channel_point/reward/enable": Scope.CHANNEL_POINTS_REWARDS,
    "/v1/channel_point/reward/manage_info": Scope.CHANNEL_POINTS_REWARDS,
    "/v1/channel_point/rewards": Scope.CHANNEL_POINTS,
    "/v1/channel_point/rewards/manage_info": Scope.CHANNEL_POINTS_REWARDS,
    "/v1/channel_roles": Scope.CHANNEL_ROLES,
    "/v1/channel_roles/user": Scope.CHANNEL_ROLES,
    "/v1/channel_roles/user/set": Scope.CHANNEL_ROLES,
    "/v1/chat/message/send": Scope.CHAT_MESSAGE_SEND,
    "/v1/chat/settings": Scope.CHAT_SETTINGS,
    "/v1/chat/settings/edit": Scope.CHAT_SETTINGS,
}
"""The scope of each method that needs one."""

PARAMS: dict[str, Any] = {
    "category_id": "chess",
    "channel_url": "streamer",
    "limit": 5,
    "query": "a",
    "record_id": "old",
    "reward_id": "unknown",
    "stream_id": "on",
    "user_id": 11,
}
"""What each parameter is that a method must have."""

REWARD = {"reward": {"name": "Dance", "price": 20}}

BODIES: dict[str, Any] = {
    "/v1/channel/stream/edit": {"stream": {}},
    "/v1/channel_point/reward/activate": {"reward": {"id": "unknown"}},
    "/v1/channel_point/reward/create": REWARD,
    "/v1/channel_point/reward/demand/accept": {"demands": [{"id": 999}]},
    "/v1/channel_point/reward/demand/reject": {"demands": [{"id": 999}]},
    "/v1/channel_point/reward/edit": REWARD,
    "/v1/channel_roles/user/set": {"roles": [{"id": "vip"}]},
    "/v1/channels": {"channels": [{"url": "streamer"}]},
    "/v1/chat/message/send": {"parts": [{"text": {"content": "hello"}}]},
    "/v1/chat/settings/edit": {"chat_settings": {}},
}

GIVEN: dict[str, set[str]] = {"/v1/chat/settings/edit": {"channel_url"}}
"""Parameters that are given although a method need not have them."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("world"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def document(http):
    return (await http.get("/docs/openapi.json")).json()


@pytest.fixture
def call(http, document):
    """Calls a method with what it must have."""

    async def called(verb: str, path: str, headers: dict[str, str], **other: Any):
        operation = document["paths"][path][verb]
        needed = {each["name"] for each in operation.get("parameters", ()) if each["required"]} | GIVEN.get(path, set())
        params = {name: PARAMS[name] for name in needed} | other
        return await http.request(verb, path, params=params, json=BODIES.get(path), headers=headers)

    return called


@pytest.fixture
def headers_of(bearer, basic, allowing):
    async def headers(who: str, path: str):
        scope = SCOPES.get(path)
        match who:
            case "guest":
                return {}
            case "basic":
                return basic("bot", "secret of the bot")
            case "viewer":
                return await allowing(11, *Scope)
            case "another owner":
                return await allowing(2, *Scope)
            case "moderator":
                return await allowing(14, *Scope)
            case "banned":
                return await allowing(15, *Scope)
            case "owner without scope":
                return await allowing(1, *(each for each in Scope if each is not scope))
            case "owner":
                return await allowing(1, *([scope] if scope else []))
            case _:
                return bearer(who)

    return headers


async def test_the_table_has_every_method(document):
    # That of the platform's API is in tests/server/http/platform_api/test_entrance.py: the key, or nothing.
    described = {
        (verb, path)
        for path, operations in document["paths"].items()
        for verb in operations
        if not path.startswith("/platform/")
    }

    assert set(TABLE) == described
    assert set(SCOPES) <= {path for _, path in TABLE}


@pytest.mark.parametrize(("verb", "path"), TABLE)
async def test_each_method_answers_those_whom_the_table_says(call, headers_of, verb, path):
    answers = {who: (await call(verb, path, await headers_of(who, path))) for who in WHO}

    assert {who: answer.status_code for who, answer in answers.items()} == dict(
        zip(WHO, TABLE[verb, path], strict=True)
    ), {who: answer.text for who, answer in answers.items()}
    codes = {answer.json().get("error") for answer in answers.values() if answer.status_code != 200}
    assert codes <= {"unauthorized", "forbidden", "invalid_scope", "not_found"}


@pytest.mark.parametrize(
    ("channel_url", "told"),
    [("gone", (403, "channel_banned")), ("unknown", (404, "channel_not_found")), ("", (400, "missing_param"))],
)
async def test_every_method_of_a_channel_says_that_it_is_not_there(call, document, headers_of, channel_url, told):
    answers = {
        (verb, path): await call(verb, path, await headers_of("owner", path), channel_url=channel_url)
        for verb, path in TABLE
        if any(each["name"] == "channel_url" for each in document["paths"][path][verb].get("parameters", ()))
    }

    assert len(answers) > 20
    assert {
        method: (answer.status_code, answer.json().get("error")) for method, answer in answers.items()
    } == dict.fromkeys(answers, told)


@pytest.mark.parametrize("path", SCOPES)
async def test_a_scope_that_is_missing_is_named(call, headers_of, path):
    verb = next(verb for verb, of in TABLE if of == path)

    answer = await call(verb, path, await headers_of("owner without scope", path))

    assert answer.json()["error"] == "invalid_scope"
    assert SCOPES[path] in answer.json()["error_description"]
