import pytest

from vklive.cli.demo.cast import GUEST, read_cast
from vklive.cli.demo.steps import Step
from vklive.cli.demo.watched_http import WatchedHttp
from vklive.clock import SystemClock


@pytest.fixture
async def token(server):
    return (await read_cast().prepare(server.settings.database_url, clock=SystemClock()))[GUEST]


async def test_each_call_of_a_step_is_told_with_its_answer(server, http, token):
    seen = []
    watched = WatchedHttp(http, seen=lambda step, detail: seen.append((step, detail)))

    for path, params in (
        ("/v1/websocket/token", {}),
        ("/v1/channel", {"channel_url": "borya_blitz"}),
        ("/v1/channel", {"channel_url": "nobody"}),
        ("/v1/websocket/subscription_token", {"channels": "api-channel-limited-chat:4102"}),
        ("/health", {}),
    ):
        await watched.request(
            "GET", server.url + path, headers={"authorization": f"Bearer {token}"}, params=params, body=None, timeout=5
        )

    assert seen == [
        (Step.TOKEN, "GET /v1/websocket/token: 200"),
        (Step.NAMES, "GET /v1/channel of borya_blitz: 200"),
        (Step.NAMES, "GET /v1/channel of nobody: 404"),
        (Step.SUBSCRIBE, "GET /v1/websocket/subscription_token: 200"),
    ]


async def test_an_answer_is_handed_on_as_it_came(server, http):
    watched = WatchedHttp(http, seen=lambda _step, _detail: None)

    answer = await watched.request("GET", server.url + "/health", headers={}, params={}, body=None, timeout=5)

    assert answer.status == 200
    assert answer.body
