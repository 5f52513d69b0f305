import pytest
from tests.events.golden_files import payload_of

from vklive.events import (
    StreamPaused,
    StreamResumed,
    StreamSettingsChanged,
    StreamStarted,
    StreamStopped,
    decode_payload,
)


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("channel_stream_start", StreamStarted),
        ("channel_stream_pause", StreamPaused),
        ("channel_stream_resume", StreamResumed),
        ("channel_stream_settings_change", StreamSettingsChanged),
        ("channel_stream_stop", StreamStopped),
    ],
)
def test_what_happens_to_a_stream_is_read(name, cls):
    _, data = decode_payload(payload_of(name))

    assert isinstance(data, cls)
    assert (data.channel.url, data.owner.id) == ("streamer", 1001)
    assert data.stream.id == "6d0f2f9e-0000-4000-8000-000000000011"
    assert (data.stream.category.title, data.stream.category.type) == ("Музыка", "irl")
    assert bool(data.stream.ended_at) == (cls is StreamStopped)
