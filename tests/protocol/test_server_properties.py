"""Whatever a client sends and whenever: the server's side answers or closes, and stays within its rules."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import Raw

from vklive.protocol.codes import DisconnectCode, ErrorCode, UnsubscribeCode
from vklive.protocol.formats import JSON
from vklive.protocol.messages import (
    ConnectRequest,
    Publication,
    Push,
    RefreshRequest,
    SubRefreshRequest,
    SubscribeRequest,
)
from vklive.protocol.pushed import Pushed
from vklive.protocol.server import ServerConnection
from vklive.protocol.server_state import State
from vklive.protocol.subscription import BEGINNING, Terms
from vklive.protocol.timing import Timing

CHANNELS = st.sampled_from(["pub:a", "pub:b", "pub:c", "", "x" * 300])
METHODS = [
    "connect",
    "ping",
    "subscribe",
    "unsubscribe",
    "publish",
    "presence",
    "presence_stats",
    "history",
    "rpc",
    "refresh",
    "sub_refresh",
]


def commands() -> st.SearchStrategy[bytes]:
    requests = st.fixed_dictionaries(
        {}, optional={"channel": CHANNELS, "token": st.sampled_from(["", "t"]), "data": st.just({})}
    )
    one = st.builds(
        lambda number, method, request: json.dumps({"id": number, method: request}).encode(),
        st.integers(1, 2**32 - 1),
        st.sampled_from(METHODS),
        requests,
    )
    return st.lists(one, min_size=1, max_size=5).map(b"\n".join)


class Driver(RuleBasedStateMachine):
    """Drives a connection with an independent count of what is owed to the client."""

    @initialize(ping=st.sampled_from([0.0, 25.0]), phase=st.floats(0, 0.99))
    def open(self, ping, phase):
        self.now = 1000.0
        timing = Timing(ping_interval=ping, channel_limit=2)
        self.machine = ServerConnection(timing, client_id="c", now=self.now, ping_phase=phase)
        self.unanswered_ping = False
        self.channels: set[str] = set()

    def take_output(self):
        for message in self.machine.data_to_send():
            said = json.loads(message)
            if said == {}:
                self.unanswered_ping = True
            assert len(said) <= 2
        for ended in self.machine.ended():
            self.channels.discard(ended.channel)

    @rule(frame=commands())
    def send(self, frame):
        self.machine.receive(frame)
        self.take_output()

    @rule(frame=st.binary(max_size=30))
    def send_rubbish(self, frame):
        self.machine.receive(frame)
        self.take_output()

    @rule()
    def pong(self):
        idle = self.machine.state is State.CONNECTED and self.machine.next_request() is None
        self.machine.receive(b"{}")
        if idle:
            assert (self.machine.closing is None) == self.unanswered_ping
        self.unanswered_ping = False
        self.take_output()

    @rule(seconds=st.floats(0.01, 60))
    def pass_time(self, seconds):
        self.now += seconds
        self.machine.tick(self.now)
        self.take_output()

    @precondition(lambda self: self.machine.next_request() is not None)
    @rule(yes=st.booleans(), ttl=st.none() | st.integers(1, 100))
    def answer(self, yes, ttl):
        request = self.machine.next_request()
        assert request is not None
        match request.asked:
            case ConnectRequest() if yes:
                self.machine.accept_connect(user="42", ttl=ttl, now=self.now)
            case SubscribeRequest(channel=channel) if yes:
                self.machine.accept_subscribe(Terms(ttl=ttl), BEGINNING, now=self.now)
                assert channel
                assert len(channel.encode()) <= 255
                self.channels.add(channel)
            case RefreshRequest() if yes:
                self.machine.accept_refresh(ttl=ttl, now=self.now)
            case SubRefreshRequest() if yes:
                self.machine.accept_sub_refresh(Terms(ttl=ttl), now=self.now)
            case _:
                self.machine.refuse(ErrorCode.PERMISSION_DENIED, now=self.now)
        answered = [json.loads(message) for message in self.machine.data_to_send() if message != b"{}"]
        assert any(reply.get("id") == request.id for reply in answered)
        for ended in self.machine.ended():
            self.channels.discard(ended.channel)

    @rule(channel=CHANNELS)
    def publish(self, channel):
        pushed = Pushed(Push(channel=channel, pub=Publication(data=Raw(b"1"))))
        self.machine.deliver(channel, pushed)
        heard = pushed.encoded(JSON) in self.machine.data_to_send()
        assert heard == (channel in self.channels and self.machine.closing is None)

    @rule(channel=CHANNELS)
    def end_a_subscription(self, channel):
        self.machine.unsubscribe(channel, UnsubscribeCode.SERVER)
        self.take_output()

    @rule(code=st.sampled_from([DisconnectCode.SHUTDOWN, DisconnectCode.SLOW]))
    def close(self, code):
        self.machine.close(code, detail="")
        self.take_output()

    @invariant()
    def subscriptions_are_what_was_accepted_and_not_ended(self):
        if hasattr(self, "machine"):
            assert {channel for channel, _ in self.machine.subscriptions} == self.channels
            assert len(self.channels) <= 2

    @invariant()
    def an_open_connection_awaits_something_and_a_closed_one_nothing(self):
        if hasattr(self, "machine"):
            deadline = self.machine.next_deadline
            if self.machine.state is State.CLOSED:
                assert deadline is None
                assert self.machine.closing is not None
            else:
                assert deadline is not None
                assert deadline > self.now


TestAnyConversation = Driver.TestCase
TestAnyConversation.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)


@given(
    st.lists(st.sampled_from([b'{"id":2,"rpc":{}}', b'{"id":3,"unsubscribe":{"channel":"a"}}']), min_size=1), st.data()
)
def test_how_commands_are_spread_over_frames_makes_no_difference(lines, data):
    def talk(frames: list[bytes]) -> list[bytes]:
        machine = ServerConnection(Timing(), client_id="c", now=0.0)
        machine.receive(b'{"id":1,"connect":{}}')
        machine.accept_connect(user="", ttl=None, now=0.0)
        for frame in frames:
            machine.receive(frame)
        return machine.data_to_send()

    cut = data.draw(st.integers(0, len(lines)))
    frames = [b"\n".join(part) for part in (lines[:cut], lines[cut:]) if part]
    assert talk(frames) == talk(lines)


@given(st.binary(max_size=200))
def test_any_bytes_as_the_first_frame_are_answered_closed_or_asked_about(frame):
    machine = ServerConnection(Timing(), client_id="c", now=0.0)
    machine.receive(frame)
    assert machine.closing is not None or machine.next_request() is not None
