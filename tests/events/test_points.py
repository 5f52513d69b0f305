from __future__ import annotations

import msgspec

from vklive.events import DemandedReward, RewardDemand, RewardDemandCreated, decode_payload


def test_a_demand_is_read(reward_demand_create):
    event_type, data = decode_payload(reward_demand_create)

    assert event_type == "channel_points_reward_demand_create"
    assert isinstance(data, RewardDemandCreated)
    demand = data.demand
    assert (demand.id, demand.status, demand.created_at, demand.text) == (5150, "pending", 1780000100, "play jazz")
    assert (demand.user.id, demand.user.nick) == (2002, "viewer_one")
    assert demand.reward.id == "6d0f2f9e-0000-4000-8000-000000000001"


def test_over_the_websocket_a_reward_has_neither_name_nor_price(reward_demand_create):
    _, data = decode_payload(reward_demand_create)

    assert isinstance(data, RewardDemandCreated)
    assert (data.demand.reward.name, data.demand.reward.price) == ("", 0)


def test_a_webhook_tells_them():
    _, data = decode_payload(
        '{"type":"channel_points_reward_demand_create","data":{"demand":{"id":1,"reward":'
        '{"id":"r","name":"Гидрация","price":50}}}}'.encode()
    )

    assert isinstance(data, RewardDemandCreated)
    assert (data.demand.reward.name, data.demand.reward.price) == ("Гидрация", 50)


def test_a_demand_is_told_with_its_parts_also_when_there_are_none():
    told = msgspec.json.encode(RewardDemandCreated(demand=RewardDemand(id=1, reward=DemandedReward(id="r"))))

    assert msgspec.json.decode(told) == {
        "demand": {"id": 1, "user": {}, "reward": {"id": "r"}, "status": "", "message_parts": [], "created_at": 0}
    }
