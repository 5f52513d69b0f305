"""Who may call which method of channel points: the table, over real HTTP."""

from __future__ import annotations

import pytest
import pytest_asyncio
from tests.server.http.devapi.points_world import Caller, world_on

from vklive.devapi.scopes import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")

POINTS, REWARDS, DEMANDS = (
    Scope.CHANNEL_POINTS,
    Scope.CHANNEL_POINTS_REWARDS,
    Scope.CHANNEL_POINTS_REWARDS_DEMANDS,
)
REWARD = {"reward": {"name": "Dance", "price": 20}}
NOBODYS = {"demands": [{"id": 999}]}
GOOD, NOT_FOUND, UNAUTHORIZED = (200, None), (404, "not_found"), (401, "unauthorized")
FORBIDDEN, INVALID_SCOPE = (403, "forbidden"), (403, "invalid_scope")

METHODS = {
    # What is called: the verb, the path, the body, the scope, and what those are told who may.
    "channel_point": ("GET", "", None, POINTS, GOOD),
    "rewards": ("GET", "/rewards", None, POINTS, GOOD),
    "activate": ("POST", "/reward/activate", {"reward": {"id": "unknown"}}, POINTS, NOT_FOUND),
    "rewards/manage_info": ("GET", "/rewards/manage_info", None, REWARDS, GOOD),
    "reward/manage_info": ("GET", "/reward/manage_info", None, REWARDS, NOT_FOUND),
    "create": ("POST", "/reward/create", REWARD, REWARDS, GOOD),
    "edit": ("POST", "/reward/edit", REWARD, REWARDS, NOT_FOUND),
    "enable": ("POST", "/reward/enable", None, REWARDS, NOT_FOUND),
    "disable": ("POST", "/reward/disable", None, REWARDS, NOT_FOUND),
    "delete": ("POST", "/reward/delete", None, REWARDS, NOT_FOUND),
    "demands": ("GET", "/reward/demands", None, DEMANDS, GOOD),
    "accept": ("POST", "/reward/demand/accept", NOBODYS, DEMANDS, NOT_FOUND),
    "reject": ("POST", "/reward/demand/reject", NOBODYS, DEMANDS, NOT_FOUND),
}
FOR_ALL_USERS = {"channel_point", "rewards", "activate"}
USERS = ["owner", "another owner", "viewer", "moderator", "banned"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("points")
    async with world_on(f"sqlite+aiosqlite:///{folder / 'vklive.sqlite3'}", folder) as running:
        yield running


async def told(caller: Caller, method: str) -> tuple[int, str | None]:
    verb, path, body, _, _ = METHODS[method]
    given = {"reward_id": "unknown"} if path.startswith("/reward/") and method != "demands" else {}
    answer = await (caller.get(path, **given) if verb == "GET" else caller.post(path, body, **given))
    return answer.status_code, answer.json().get("error")


@pytest.mark.parametrize("who", USERS)
@pytest.mark.parametrize("method", METHODS)
async def test_a_user_with_the_scope_may_call_what_the_table_says(world, method, who):
    *_, scope, good = METHODS[method]
    may = method in FOR_ALL_USERS or who == "owner"

    assert await told(await world.caller(who, [scope]), method) == (good if may else FORBIDDEN)


@pytest.mark.parametrize("who", USERS)
@pytest.mark.parametrize("method", METHODS)
async def test_nobody_may_call_it_with_all_scopes_but_the_one(world, method, who):
    *_, scope, _ = METHODS[method]

    assert await told(await world.caller(who, set(Scope) - {scope}), method) == INVALID_SCOPE


@pytest.mark.parametrize("method", METHODS)
async def test_it_is_neither_for_applications_nor_for_guests(world, method):
    assert await told(Caller(world.http, "application"), method) == FORBIDDEN
    assert await told(Caller(world.http, ""), method) == UNAUTHORIZED
    assert await told(Caller(world.http, "made up"), method) == UNAUTHORIZED


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("channel_url", "refusal"),
    [("gone", (403, "channel_banned")), ("unknown", (404, "channel_not_found")), ("", (400, "missing_param"))],
)
async def test_a_channel_that_is_not_there_has_no_points(world, method, channel_url, refusal):
    assert await told(await world.caller("owner", channel_url=channel_url), method) == refusal
