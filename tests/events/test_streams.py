from vklive.events import StreamStarted, decode_payload


def test_a_stream_that_starts_is_read(stream_start):
    event_type, data = decode_payload(stream_start)

    assert event_type == "channel_stream_start"
    assert isinstance(data, StreamStarted)
    assert (data.stream.id, data.stream.title, data.stream.started_at) == ("6d0f", "Jazz", 1780000000)
    assert (data.stream.category.title, data.stream.category.type) == ("Music", "irl")
