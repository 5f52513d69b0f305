"""What is around messages on their way, byte by byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode

from vklive.protocol import protobuf
from vklive.protocol.messages import Error, Reply
from vklive.server.edge.framing import BINARY, EVENTS, LENGTHS, LINES, PUSHES, TEXT
from vklive.server.turn import Frames

ONE, TWO = b'{"id":1}', b'{"id":2}'


def test_messages_share_a_frame_of_a_websocket():
    assert TEXT.frame((ONE, TWO)) == bytes([0x80 | Opcode.TEXT, 17]) + ONE + b"\n" + TWO
    assert BINARY.frame((b"ab", b"")) == bytes([0x80 | Opcode.BINARY, 4]) + b"\x02ab\x00"


def test_a_client_that_only_listens_gets_one_push_a_frame():
    assert Frames().of([ONE, TWO], PUSHES) == b"".join(bytes([0x81, 8]) + message for message in (ONE, TWO))


def test_events_lines_and_lengths_follow_each_other():
    assert EVENTS.frame((ONE, b"{}")) == b'data: {"id":1}\n\ndata: {}\n\n'
    assert LINES.frame((ONE, b"{}")) == b'{"id":1}\n{}\n'
    assert LENGTHS.frame((b"ab", b"", b"x" * 200)) == b"\x02ab\x00\xc8\x01" + b"x" * 200


def test_a_carriage_return_between_tokens_does_not_end_an_event():
    assert EVENTS.frame((b'{"data":{"a":\r1,\r\r"b":"\\r"}}',)) == b'data: {"data":{"a":1,"b":"\\r"}}\n\n'


def test_many_messages_are_all_there_whatever_a_frame_holds():
    messages = [b'{"id":%d}' % number for number in range(100)]
    assert Frames().of(messages, LINES) == b"".join(message + b"\n" for message in messages)


@given(st.lists(st.integers(1, 2**32 - 1)))
def test_what_has_its_length_before_it_can_be_taken_apart_again(codes):
    replies = [Reply(id=code, error=Error(code=code, message="x")) for code in codes]
    frame = Frames().of([protobuf.encode_reply(reply) for reply in replies], LENGTHS)
    assert [reply.id for reply in protobuf.decode_replies(frame)] == codes
