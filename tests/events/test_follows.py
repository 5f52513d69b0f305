from tests.events.golden_files import payload_of

from vklive.events import FollowCreated, FollowDeleted, decode_payload


def test_a_follow_is_read(follow_create):
    event_type, data = decode_payload(follow_create)

    assert event_type == "channel_follow_create"
    assert isinstance(data, FollowCreated)
    assert (data.follow.follower.id, data.follow.follower.nick) == (2003, "newbie")
    assert data.follow.follower.color == "#0099BB"
    assert (data.follow.started_at, data.follow.ended_at) == (1780000200, 0)


def test_a_follow_that_ends_is_read():
    _, data = decode_payload(payload_of("channel_follow_delete"))

    assert isinstance(data, FollowDeleted)
    assert data.follow.ended_at == 1780086400


def test_a_webhook_says_in_which_channel_and_the_websocket_need_not(follow_create):
    _, told = decode_payload(payload_of("channel_follow_create.webhook"))
    _, heard = decode_payload(follow_create)

    assert isinstance(told, FollowCreated)
    assert isinstance(heard, FollowCreated)
    assert (told.channel.url, told.owner.id) == ("streamer", 1001)
    assert (heard.channel.url, heard.owner.id) == ("", 0)
