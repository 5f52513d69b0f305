from tests.events.golden_files import payload_of

from vklive.events import RecordSource, StreamRecordCreated, decode_payload


def test_a_record_is_read():
    _, data = decode_payload(payload_of("channel_stream_record_new"))

    assert isinstance(data, StreamRecordCreated)
    record = data.stream_record
    assert (record.duration, record.process_state) == (14400, "original_quality_only")
    assert record.source_urls[0] == RecordSource(type="full_hd", url="https://video.example/1080.mp4")
