from datetime import UTC, datetime

import pytest

from vklive.cli.demo.report import ConsumerReport, Report
from vklive.events import Event, EventData, Gap, Listening, NoAccess, Reconnecting, UnknownEvent, decode_payload

CHAT = "api-channel-chat:1"


@pytest.fixture
def report():
    return Report(["subscriber", "guest"])


def event(data: EventData, *, topic: str = "chat", ws_channel: str = CHAT, raw: bytes = b"") -> Event:
    return Event(
        type=data.event_type,
        data=data,
        channel_url="c",
        topic=topic,
        ws_channel=ws_channel,
        position=None,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        raw=raw,
    )


def said(payload: bytes) -> Event:
    return event(decode_payload(payload)[1], raw=payload)


def listening() -> Event:
    return event(Listening(topic="chat", ws_channel=CHAT))


def figures(report: Report) -> dict[str, list[str]]:
    return dict(report.rows())


def test_events_are_counted_by_topic_and_consumer(report):
    report.publish(CHAT, b"1", at=0)
    report.hear("subscriber", said(b"1"), at=1)
    report.hear("subscriber", said(b"2"), at=1)
    report.hear("guest", said(b"1"), at=1)

    assert report.published == 1
    assert figures(report)["chat"] == ["2", "1"]


def test_what_happens_to_a_connection_is_no_event_of_a_topic(report):
    report.hear("subscriber", listening(), at=1)

    assert "chat" not in figures(report)


def test_an_unknown_event_counts_as_heard(report):
    heard = said(b'{"type":"new"}')

    report.hear("subscriber", heard, at=1)

    assert isinstance(heard.data, UnknownEvent)
    assert figures(report)["chat"] == ["1", "0"]


def test_no_access_is_told_in_place_of_a_number(report):
    report.hear("guest", event(NoAccess(topic="limited_chat", ws_channel="l", reason="r"), topic="limited_chat"), at=1)

    assert figures(report)["limited_chat"] == ["0", "no access"]


def test_a_delay_is_from_publishing_to_hearing(report):
    for number in range(100):
        payload = str(number).encode()
        report.publish(CHAT, payload, at=number)
        report.hear("subscriber", said(payload), at=number + (number + 1) / 1000)

    assert figures(report)["delay p50"] == ["50.0 ms", "-"]
    assert figures(report)["delay p99"] == ["99.0 ms", "-"]


def test_the_same_payload_in_two_ws_channels_is_two_publications(report):
    report.publish("other", b"1", at=0)
    report.publish(CHAT, b"1", at=5)
    report.hear("subscriber", said(b"1"), at=6)

    assert report.consumers["subscriber"].delays == [1]


@pytest.mark.parametrize(("share", "delay"), [(0.0, 1.0), (0.5, 2.0), (0.51, 3.0), (1.0, 4.0)])
def test_a_quantile_is_a_delay_that_was_measured(share, delay):
    consumer = ConsumerReport()
    consumer.delays = [4.0, 1.0, 3.0, 2.0]

    assert consumer.delay(share) == delay


def test_reconnects_and_gaps_are_counted(report):
    report.hear("subscriber", event(Reconnecting(cause="reset", delay=0.1, attempt=2)), at=1)
    report.hear("subscriber", event(Gap(topic="chat", ws_channel=CHAT, reason="r")), at=1)
    report.hear("subscriber", event(Gap(topic="info", ws_channel="i", reason="r")), at=1)

    assert figures(report)["reconnects"] == ["1", "0"]
    assert figures(report)["gaps told of"] == ["2", "0"]


def test_what_was_published_to_a_listener_and_not_heard_is_lost(report):
    report.publish(CHAT, b"before", at=0)
    report.hear("subscriber", listening(), at=0)
    report.publish(CHAT, b"heard", at=1)
    report.hear("subscriber", said(b"heard"), at=1)
    report.publish(CHAT, b"lost", at=2)

    assert figures(report)["lost in them"] == ["1", "0"]
