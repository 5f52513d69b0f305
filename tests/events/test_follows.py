from vklive.events import FollowCreated, decode_payload


def test_a_follow_is_read(follow_create):
    event_type, data = decode_payload(follow_create)

    assert event_type == "channel_follow_create"
    assert isinstance(data, FollowCreated)
    assert (data.follow.follower.id, data.follow.follower.nick) == (2003, "newbie")
    assert data.follow.follower.color == "#0099BB"
    assert (data.follow.started_at, data.follow.ended_at) == (1780000200, 0)
