import io
import re
from datetime import UTC, datetime

import pytest
from msgspec import structs

from vklive.cli.demo.report import Report
from vklive.cli.demo.screen import Screen
from vklive.cli.demo.steps import Step
from vklive.events import Event, Gap, Reconnecting, decode_payload

CONSUMERS = ["subscriber", "guest"]


@pytest.fixture
def pipe():
    return io.StringIO()


@pytest.fixture
def screen(pipe):
    return Screen(pipe, consumers=CONSUMERS)


def said(text: str) -> Event:
    raw = (
        '{"type":"channel_chat_message_send","data":{"chat_message":{"id":1,"author":{"id":2,"nick":"Ася"},'
        f'"parts":[{{"text":{{"content":"{text}"}}}}]}}}}}}'
    ).encode()
    return Event(
        type="channel_chat_message_send",
        data=decode_payload(raw)[1],
        channel_url="borya_blitz",
        topic="chat",
        ws_channel="c",
        position=None,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        raw=raw,
    )


def test_an_event_is_one_line_with_consumer_channel_and_topic(screen, pipe):
    screen.event("guest", said("ходи конём"))

    assert pipe.getvalue().split() == ["guest", "borya_blitz", "chat", "Ася:", "ходи", "конём"]
    assert pipe.getvalue().count("\n") == 1


def test_a_long_line_is_not_broken_in_a_pipe(screen, pipe):
    screen.event("guest", said("ы" * 500))

    assert pipe.getvalue().count("\n") == 1


def test_strangers_cannot_move_the_cursor(screen, pipe):
    screen.event("guest", said("\\u001b[2J привет"))

    assert "\x1b" not in pipe.getvalue()
    assert "\\x1b[2J привет" in pipe.getvalue()


def test_the_columns_of_all_consumers_stand_below_each_other(screen, pipe):
    for consumer in CONSUMERS:
        screen.event(consumer, said("ку"))
        screen.step(consumer, Step.CONNECT, "")

    events, steps = pipe.getvalue().splitlines()[::2], pipe.getvalue().splitlines()[1::2]
    assert len({line.index("borya_blitz") for line in events}) == 1
    assert len({line.index("step 2") for line in steps}) == 1


def test_a_step_has_its_number_its_aim_and_what_was_done(screen, pipe):
    screen.step("guest", Step.TOKEN, "GET /v1/websocket/token: 200")

    assert re.split(" {2,}", pipe.getvalue().strip()) == [
        "guest",
        "step 1",
        "a token for the connection",
        "GET /v1/websocket/token: 200",
    ]


def test_what_concerns_the_connection_names_no_channel(screen, pipe):
    told = Reconnecting(cause="reset", delay=0.5, attempt=2)

    screen.event("guest", structs.replace(said("x"), data=told, topic="", raw=b""))

    assert pipe.getvalue().split()[:3] == ["guest", "no", "connection:"]


def test_the_gaps_of_a_channel_are_one_line(screen, pipe):
    screen.gap("guest", "borya_blitz", topics=["chat", "info"], reason="reset")

    assert pipe.getvalue().split()[:5] == ["guest", "borya_blitz", "some", "of", "chat,"]
    assert pipe.getvalue().endswith("info may be missing here: reset\n")


def test_the_summary_is_a_table_of_consumers(screen, pipe):
    report = Report(CONSUMERS)
    report.publish("c", said("ку").raw, at=1.0)
    report.hear("guest", said("ку"), at=1.0021)
    gap = Gap(topic="chat", ws_channel="c", reason="r")
    report.hear("guest", Event(type="", data=gap, channel_url="", topic="chat", ws_channel="c", position=None,
                               received_at=datetime(2026, 1, 1, tzinfo=UTC), raw=b""), at=2)  # fmt: skip

    screen.report(report)

    rows = [line.split() for line in pipe.getvalue().splitlines() if line]
    assert rows[0][:2] == ["1", "events"]
    assert ["subscriber", "guest"] in rows
    assert ["chat", "0", "1"] in rows
    assert ["delay", "p50", "-", "2.1", "ms"] in rows
    assert ["gaps", "told", "of", "0", "1"] in rows
