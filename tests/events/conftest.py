"""The payloads of the golden files, for the tests of their areas."""

import pytest
from tests.events.golden_files import NAMES, payload_of


@pytest.fixture
def chat_message_send() -> bytes:
    return payload_of("channel_chat_message_send")


@pytest.fixture
def chat_message_delete() -> bytes:
    return payload_of("channel_chat_message_delete")


@pytest.fixture
def reward_demand_create() -> bytes:
    return payload_of("channel_points_reward_demand_create")


@pytest.fixture
def follow_create() -> bytes:
    return payload_of("channel_follow_create")


@pytest.fixture
def raid_income() -> bytes:
    return payload_of("channel_raid_income")


@pytest.fixture(params=NAMES)
def any_payload(request: pytest.FixtureRequest) -> str:
    return payload_of(request.param).decode()
