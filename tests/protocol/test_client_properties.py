"""Both sides of a connection, against each other and against rubbish."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import Raw

from vklive.errors import LocalProtocolError
from vklive.protocol.client import MAX_COMMANDS_IN_FRAME, ClientConnection, State
from vklive.protocol.client_events import (
    ClientEvent,
    Closed,
    Published,
    Refreshed,
    RefreshRefused,
    Subscribed,
    SubscribeRefused,
    Unsubscribed,
)
from vklive.protocol.codes import DisconnectCode, ErrorCode
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
from vklive.protocol.subscription import BEGINNING, Terms
from vklive.protocol.timing import Timing

CHANNELS = st.sampled_from("abc")


class Conversation(RuleBasedStateMachine):
    """Our client and our server with a wire between them that delays, and never loses within a connection."""

    @initialize(ttl=st.none() | st.integers(20, 100), phase=st.floats(0, 0.9))
    def open(self, ttl, phase):
        self.now = 0.0
        self.client = ClientConnection()
        self.server = ServerConnection(Timing(), client_id="c", now=0.0, ping_phase=phase)
        self.to_server: list[bytes] = []
        self.to_client: list[bytes] = []
        self.heard: dict[str, list[int]] = {channel: [] for channel in "abc"}
        self.said: dict[str, list[int]] = {channel: [] for channel in "abc"}
        self.wanted: set[str] = set()
        self.ended = False
        self.client.connect("t", now=0.0)
        self.collect()
        self.pump()
        self.answer(ttl)

    def answer(self, ttl):
        """The server says yes to everything."""
        while (request := self.server.next_request()) is not None:
            match request.asked:
                case ConnectRequest():
                    self.server.accept_connect(user="1", ttl=ttl, now=self.now)
                case SubscribeRequest():
                    self.server.accept_subscribe(Terms(ttl=ttl), BEGINNING, now=self.now)
                case RefreshRequest():
                    self.server.accept_refresh(ttl=ttl, now=self.now)
                case SubRefreshRequest():
                    self.server.accept_sub_refresh(Terms(ttl=ttl), now=self.now)
                case _:
                    self.server.refuse(ErrorCode.NOT_AVAILABLE, now=self.now)
        self.collect()
        self.pump()

    def collect(self):
        self.to_server += self.client.data_to_send()
        self.to_client += self.server.data_to_send()

    def pump(self):
        """Everything that is on the wire arrives."""
        while self.to_server or self.to_client:
            arriving, self.to_server = self.to_server, []
            for frame in arriving:
                self.server.receive(frame)
            coming, self.to_client = self.to_client, []
            if coming:
                self.hear(self.client.receive(b"\n".join(coming), now=self.now))
            self.collect()

    def hear(self, events: list[ClientEvent]):
        for event in events:
            assert not self.ended, "something came out after the end"
            match event:
                case Published(ws_channel=channel, data=data):
                    self.heard[channel].append(int(bytes(data)))
                case Closed():
                    self.ended = True
                case Subscribed() | SubscribeRefused():
                    pass

    @precondition(lambda self: self.client.state is State.CONNECTED)
    @rule(channel=CHANNELS, ttl=st.none() | st.integers(20, 100))
    def subscribe_or_unsubscribe(self, channel, ttl):
        if self.client.is_subscribed(channel):
            self.client.unsubscribe(channel, now=self.now)
            self.wanted.discard(channel)
        else:
            self.client.subscribe(channel, now=self.now)
            self.wanted.add(channel)
        self.collect()
        self.pump()
        self.answer(ttl)

    @precondition(lambda self: self.client.state is State.CONNECTED)
    @rule(channel=CHANNELS)
    def publish(self, channel):
        number = len(self.said[channel]) + 1
        publication = Publication(data=Raw(str(number).encode()))
        self.server.deliver(channel, Pushed(Push(channel=channel, pub=publication)))
        if channel in self.wanted:
            self.said[channel].append(number)
        else:
            self.said[channel].append(0)
        self.collect()
        self.pump()

    @rule(seconds=st.floats(0.1, 7))
    def pass_time(self, seconds):
        self.now += seconds
        self.server.tick(self.now)
        self.collect()
        self.pump()
        self.hear(self.client.tick(self.now))
        self.collect()
        self.pump()
        self.answer(None)
        if (close := self.server.closing) is not None:
            self.hear(self.client.lost(int(close.code or 1006), close.reason))

    @rule()
    def the_server_stops(self):
        self.server.close(DisconnectCode.SHUTDOWN, detail="")
        self.collect()
        self.pump()
        self.hear(self.client.lost(3001, "shutdown"))

    @invariant()
    def what_was_said_while_subscribed_is_heard_once_and_in_order(self):
        if hasattr(self, "client"):
            for channel in "abc":
                assert self.heard[channel] == [number for number in self.said[channel] if number]

    @invariant()
    def neither_side_closes_for_a_fault_of_the_other(self):
        if hasattr(self, "server") and self.server.closing is not None:
            # Tokens are not renewed in this conversation, so what ran out may end it.
            assert self.server.closing.code in {3001, 3005}, self.server.closing

    @invariant()
    def the_two_agree_on_what_is_subscribed(self):
        if hasattr(self, "client") and self.client.state is State.CONNECTED and self.server.closing is None:
            both = {channel for channel in "abc" if self.client.is_subscribed(channel)}
            assert both == {channel for channel, _ in self.server.subscriptions}
            self.wanted = both


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


class Abuse(RuleBasedStateMachine):
    """Our client, used in any order, before a server that answers late, out of turn, twice, wrongly or not at all."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.client = ClientConnection()
        self.asked: dict[int, dict[str, dict[str, str]]] = {}
        self.answered: list[int] = []
        self.current: dict[str, int] = {}
        self.over = False

    def collect(self):
        """What has been sent, by id; subscribes and unsubscribes change what is current."""
        for frame in self.client.data_to_send():
            commands = [json.loads(line) for line in frame.split(b"\n")]
            assert len(commands) <= MAX_COMMANDS_IN_FRAME
            for command in commands:
                if not command:
                    continue  # a pong
                number = command.pop("id")
                assert number > max([*self.asked, *self.answered, 0]), "ids are used once"
                self.asked[number] = command
                if "subscribe" in command:
                    self.current[command["subscribe"]["channel"]] = number

    def say(self, *lines: bytes) -> list[ClientEvent]:
        events = self.client.receive(b"\n".join(lines), now=self.now)
        self.check(events)
        return events

    def check(self, events: list[ClientEvent]):
        assert not (events and self.over), "something came out after the end"
        for event in events:
            match event:
                case Published(ws_channel=channel) | Unsubscribed(ws_channel=channel):
                    assert channel in self.current
                    if isinstance(event, Unsubscribed):
                        del self.current[channel]
                case Closed():
                    self.over = True
        assert not self.over or not events or isinstance(events[-1], Closed)
        if not self.over:
            self.collect()

    @rule()
    def connect(self):
        if self.client.state is State.NEW:
            self.client.connect("t", now=self.now)
            self.collect()
        else:
            with pytest.raises(LocalProtocolError):
                self.client.connect("t", now=self.now)

    @rule(channel=CHANNELS, intent=st.sampled_from(["subscribe", "unsubscribe", "refresh", "sub_refresh"]))
    def ask(self, channel, intent):
        connected, subscribed = self.client.state is State.CONNECTED, channel in self.current
        allowed = connected and {"subscribe": not subscribed, "sub_refresh": subscribed}.get(intent, True)
        call = {
            "subscribe": lambda: self.client.subscribe(channel, now=self.now),
            "unsubscribe": lambda: self.client.unsubscribe(channel, now=self.now),
            "refresh": lambda: self.client.refresh("t", now=self.now),
            "sub_refresh": lambda: self.client.sub_refresh(channel, "t", now=self.now),
        }[intent]
        if not allowed:
            with pytest.raises(LocalProtocolError):
                call()
            return
        call()
        self.collect()
        if intent == "unsubscribe":
            self.current.pop(channel, None)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), error=st.none() | st.sampled_from([100, 103, 105, 109]), ttl=st.integers(0, 60))
    def answer(self, data, error, ttl):
        number = data.draw(st.sampled_from(sorted(self.asked)))
        (what, fields), was_over = next(iter(self.asked.pop(number).items())), self.over
        self.answered.append(number)
        result = {what: {"expires": True, "ttl": ttl} | ({"ping": 5, "pong": True} if what == "connect" else {})}
        says = {"error": {"code": error, "message": "no"}} if error else result
        events = self.say(json.dumps({"id": number} | says).encode())
        channel = fields.get("channel", "")
        is_current = not was_over and self.current.get(channel) == number
        match what:
            case "subscribe":
                assert events == [] or is_current
                if is_current:
                    (event,) = events
                    assert isinstance(event, SubscribeRefused if error else Subscribed)
                    assert event.ws_channel == channel
                    assert self.client.is_heard(channel) is not bool(error)
                    if error:
                        del self.current[channel]
            case "refresh" | "sub_refresh":
                assert len(events) <= 1
                assert all(isinstance(event, RefreshRefused if error else Refreshed) for event in events)

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def answer_again(self, data):
        number = data.draw(st.sampled_from(self.answered))
        assert self.say(json.dumps({"id": number, "subscribe": {}}).encode()) == []

    @rule(channel=CHANNELS, what=st.sampled_from(['"pub":{"data":1}', '"unsubscribe":{"code":2500}', '"join":{}']))
    def push(self, channel, what):
        self.say(f'{{"push":{{"channel":"{channel}",{what}}}}}'.encode(), b"{}")

    @rule(rubbish=st.binary(max_size=20))
    def talk_rubbish(self, rubbish):
        self.say(rubbish)

    @rule(seconds=st.floats(0, 4))
    def pass_time(self, seconds):
        self.now += seconds
        self.check(self.client.tick(self.now))
        deadline = self.client.next_deadline
        assert deadline is None or deadline > self.now

    @rule(code=st.integers(0, 6000))
    def hang_up(self, code):
        self.check(self.client.lost(code))

    @invariant()
    def what_is_subscribed_is_what_was_asked_for_and_not_refused(self):
        if not self.over:
            assert {channel for channel in "abc" if self.client.is_subscribed(channel)} == set(self.current)

    @invariant()
    def the_end_is_the_end(self):
        assert self.over == (self.client.state is State.CLOSED)
        if self.over:
            assert self.client.data_to_send() == []
            assert self.client.next_deadline is None
        else:
            deadline = self.client.next_deadline
            assert deadline is None or deadline > self.now


TestAbuse = Abuse.TestCase
TestAbuse.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "push",
                    "channel",
                    "pub",
                    "data",
                    "error",
                    "code",
                    "connect",
                    "subscribe",
                    "unsubscribe",
                    "offset",
                    "ttl",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.lists(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20), max_size=5))
@settings(deadline=None)
def test_whatever_a_server_says_is_an_event_or_nothing(lines):
    machine = ClientConnection()
    machine.connect("t", now=0.0)
    machine.receive(b'{"id":1,"connect":{"client":"c","ping":25,"pong":true}}', now=0.0)
    machine.subscribe("a", now=0.0)
    now = 0.0
    for one in lines:
        now += 1.0
        machine.receive(one, now=now)
        machine.tick(now)
        deadline = machine.next_deadline
        assert deadline is None or deadline > now
    assert machine.state in {State.CONNECTED, State.CLOSED}


PUSHES = st.lists(st.integers(0, 99).map(lambda n: b'{"push":{"channel":"a","pub":{"data":%d}}}' % n), max_size=20)


@given(PUSHES, st.data())
def test_how_replies_are_spread_over_frames_makes_no_difference(lines, data):
    def heard(frames: list[bytes]) -> list[bytes]:
        machine = ClientConnection()
        machine.connect("t", now=0.0)
        machine.receive(b'{"id":1,"connect":{"client":"c"}}', now=0.0)
        machine.subscribe("a", now=0.0)
        events = [event for frame in frames for event in machine.receive(frame, now=0.0)]
        return [bytes(event.data) for event in events if isinstance(event, Published)]

    frames: list[bytes] = []
    rest = list(lines)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        frames.append(b"\n".join(rest[:size]))
        rest = rest[size:]
    assert heard(frames) == heard(lines)
