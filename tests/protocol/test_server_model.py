"""The server's side of a connection says what the rules say, whatever is asked of it and whenever."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import Raw
from tests.protocol.rules import DROPPED, ERRORS, VANISHED, Granted, Rules, Times, Way

from vklive.protocol.closing import Close
from vklive.protocol.codes import DisconnectCode, ErrorCode, UnsubscribeCode
from vklive.protocol.formats import JSON, UNI_JSON
from vklive.protocol.medium import Medium
from vklive.protocol.messages import (
    NOTHING,
    ClientInfo,
    ConnectRequest,
    HistoryResult,
    Join,
    Leave,
    PresenceResult,
    PresenceStatsResult,
    Publication,
    PublishResult,
    Push,
    SubscribeRequest,
)
from vklive.protocol.position import Position
from vklive.protocol.pushed import Pushed
from vklive.protocol.server import ServerConnection
from vklive.protocol.subscription import Standing, Terms, since_of, stand
from vklive.protocol.timing import Timing

CHANNELS = st.sampled_from(["a", "b", "c", "d"])
NAMES = CHANNELS | st.sampled_from(["", "x" * 255, "x" * 256, "я" * 128])
MOSTLY = st.sampled_from([True] * 5 + [False])
TTLS = st.none() | st.integers(1, 90)
EPOCH = "E"
RECOVERY_LIMIT = 3

WAYS = [Way(), Way(), Way(emulated=True, tells=True), Way(unidirectional=True, tells=True)]

PEOPLE = ClientInfo(user="7", client="somebody")
SAID_OF_PEOPLE = {"info": {"user": "7", "client": "somebody"}}


def asked(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"id": st.integers(1, 9), name: st.fixed_dictionaries({}, optional=fields)})


def subscribing(names: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    wishes = {
        "recover": st.booleans(),
        "epoch": st.sampled_from(["", EPOCH, "other"]),
        "offset": st.integers(0, 7),
    }
    fields = st.fixed_dictionaries({"channel": names}, optional=wishes)
    return st.builds(lambda number, request: {"id": number, "subscribe": request}, st.integers(1, 9), fields)


TOKENS = st.sampled_from(["", "token"])
# What does not end a connection, be it granted or not.
SENSIBLE = st.one_of(
    subscribing(CHANNELS),
    subscribing(CHANNELS),
    subscribing(CHANNELS | st.sampled_from(["x" * 255, "x" * 256, "я" * 128])),
    asked("unsubscribe", channel=CHANNELS),
    st.builds(lambda channel: {"id": 5, "publish": {"channel": channel, "data": None}}, CHANNELS),
    st.sampled_from(["presence", "presence_stats", "history", "sub_refresh"]).flatmap(
        lambda name: st.builds(
            lambda channel, token: {"id": 6, name: {"channel": channel, "token": token}}, CHANNELS, TOKENS
        )
    ),
    st.just({"id": 7, "refresh": {"token": "token"}}),
    st.sampled_from(["ping", "rpc"]).map(lambda name: {"id": 8, name: {}}),
)
ANYTHING = st.one_of(
    *(asked(name, channel=NAMES, token=TOKENS, data=st.just({})) for name in ("connect", "publish", "send")),
    *(asked(name, channel=NAMES, token=TOKENS) for name in ("history", "presence", "refresh", "sub_refresh")),
    subscribing(NAMES),
    st.just({"id": 3}),
    st.just({"subscribe": {"channel": "a"}}),
    st.just({"id": 3, "connect": None, "rpc": {}, "subscribe": {"channel": "d"}}),
    st.just({}),
    st.none(),
)


def spelled(command: dict[str, Any] | None) -> bytes:
    return b'{"id":' if command is None else json.dumps(command).encode()


def publication(offset: int) -> Publication:
    return Publication(data=Raw(b'{"n":%d}' % offset), offset=offset)


@st.composite
def grants(draw, *, since: tuple[str, int] | None = None, by_server: bool = False):
    """Terms and a place in a history, as the machine is given them and as the rules know them."""
    recoverable = draw(st.booleans())
    positioned = recoverable or draw(st.booleans())
    ttl = draw(TTLS)
    data = draw(st.sampled_from([None, {"d": 1}]))
    hears = draw(st.booleans())
    terms = Terms(
        ttl=ttl,
        data=NOTHING if data is None else Raw(json.dumps(data).encode()),
        positioned=positioned,
        recoverable=recoverable,
        hears_others=hears,
        by_server=by_server,
    )
    granted = Granted(ttl, data, positioned, recoverable, hears, by_server)
    if not positioned:
        return terms, Standing(), granted
    top = draw(st.integers(0, 6))
    granted.top = (EPOCH, top)
    if since is None or not recoverable:
        return terms, Standing(top=Position(EPOCH, top)), granted
    # What the broker gives: from the next one on, or from the oldest that it has (7.2), and not too many.
    oldest = draw(st.integers(1, 7))
    epoch, offset = since
    kept = list(range(max(offset + 1, oldest), top + 1))[:RECOVERY_LIMIT]
    standing = stand(Position(epoch, offset), kept=[publication(one) for one in kept], top=Position(EPOCH, top))
    granted.since = since
    nothing_lost = offset == top or (offset < top and kept[:1] == [offset + 1] and kept[-1:] == [top])
    granted.missed = kept if epoch in {"", EPOCH} and nothing_lost else None
    return terms, standing, granted


class Conversation(RuleBasedStateMachine):
    """A machine and the rules, told the same."""

    @initialize(way=st.sampled_from(WAYS), ping=st.sampled_from([0.0, 25.0, 25.0]), begun=st.integers(0, 9))
    def open(self, way, ping, begun):
        self.now = 1000.0
        times = Times(ping=ping)
        self.model = Rules(times, way, self.now)
        medium = Medium(
            format=UNI_JSON if way.unidirectional else JSON,
            unidirectional=way.unidirectional,
            emulated=way.emulated,
            tells_disconnect=way.tells,
        )
        timing = Timing(
            ping_interval=times.ping,
            pong_timeout=times.pong,
            stale_close_delay=times.stale,
            refused_drop_delay=times.drop,
            presence_update_interval=times.look,
            expired_close_delay=times.expired,
            expired_sub_close_delay=times.expired_sub,
            channel_limit=times.channel_limit,
            channel_max_length=times.channel_max_length,
        )
        self.machine = ServerConnection(
            timing, client_id="c", now=self.now, medium=medium, session="s", node="n", ping_phase=times.phase
        )
        self.ended: set[str] = set()
        if way.unidirectional:
            self.machine.ask_to_connect(ConnectRequest())
            self.model.receive([{"id": 1, "connect": {}}])
        elif begun:
            self.tell({"id": 1, "connect": {}})
        if begun > 2:
            self.machine.accept_connect(user="42", ttl=None, now=self.now)
            self.model.connect(ttl=None, subscriptions={})
        self.compare()

    @precondition(lambda self: self.model.state == "closed")
    @rule(way=st.sampled_from(WAYS), begun=st.integers(0, 9))
    def open_another(self, way, begun):
        self.open(way, 25.0, begun)

    def tell(self, *commands: dict[str, Any] | None) -> None:
        self.machine.receive(b"\n".join(spelled(command) for command in commands))
        self.model.receive(list(commands))
        self.compare()

    def compare(self) -> None:
        said = [json.loads(message) for message in self.machine.data_to_send()]
        assert said == self.model.take()
        closing, rules = self.machine.closing, self.model
        match rules.end:
            case None:
                assert closing is None
            case int(code):
                assert closing is not None
                assert (closing.code, closing.reason) == (code, rules.reason)
            case end:
                assert closing is not None
                assert closing.code is None
                assert end in {DROPPED, VANISHED}
        for ended in self.machine.ended():
            self.ended.add(ended.channel)

    # The client.

    @precondition(lambda self: not self.model.way.unidirectional)
    @rule(commands=st.lists(SENSIBLE, min_size=1, max_size=4), decided=MOSTLY, data=st.data())
    def ask_sensibly(self, commands, decided, data):
        self.tell(*commands)
        self.go_on(decided, data)

    @precondition(lambda self: not self.model.way.unidirectional)
    @rule(before=st.lists(SENSIBLE, max_size=2), command=ANYTHING, decided=MOSTLY, data=st.data())
    def ask_anything(self, before, command, decided, data):
        self.tell(*before, command, *before)
        self.go_on(decided, data)

    def go_on(self, decided: bool, data: st.DataObject) -> None:
        """Decide what is asked, as a server does that has not much to do."""
        while decided and self.model.pending is not None:
            self.accept(data)

    @precondition(lambda self: "pong" in self.model.due)
    @rule()
    def answer_the_ping(self):
        self.tell({})

    # What is decided.

    @precondition(lambda self: self.model.pending is not None)
    @rule(data=st.data())
    def decide(self, data):
        self.accept(data)

    def accept(self, data: st.DataObject) -> None:
        request = self.machine.next_request()
        assert request is not None
        assert self.model.pending is not None
        number, name, asked = self.model.pending
        assert request.id == number
        ttl = data.draw(TTLS)
        match name:
            case "connect":
                channels = data.draw(st.lists(CHANNELS, unique=True, max_size=2))
                made = {channel: data.draw(grants(by_server=True)) for channel in channels}
                self.machine.accept_connect(
                    user="42",
                    ttl=ttl,
                    now=self.now,
                    subscriptions={channel: (terms, standing) for channel, (terms, standing, _) in made.items()},
                )
                self.model.connect(ttl=ttl, subscriptions={channel: one[2] for channel, one in made.items()})
            case "subscribe":
                since = (asked.get("epoch", ""), asked.get("offset", 0)) if asked.get("recover") else None
                assert isinstance(request.asked, SubscribeRequest)
                assert since_of(request.asked) == (None if since is None else Position(*since))
                self.machine.subscriptions.arrive(asked["channel"])
                terms, standing, granted = data.draw(grants(since=since))
                self.machine.accept_subscribe(terms, standing, now=self.now)
                self.model.subscribe(granted)
            case "refresh":
                self.machine.accept_refresh(ttl=ttl, now=self.now)
                self.model.refresh(ttl=ttl)
            case "sub_refresh":
                self.machine.accept_sub_refresh(Terms(ttl=ttl), now=self.now)
                self.model.sub_refresh(ttl=ttl)
            case "publish":
                self.machine.accept(PublishResult())
                self.model.answer({})
            case "presence":
                self.machine.accept(PresenceResult(presence={"somebody": PEOPLE}))
                self.model.answer({"presence": {"somebody": SAID_OF_PEOPLE["info"]}})
            case "presence_stats":
                self.machine.accept(PresenceStatsResult(num_clients=0, num_users=0))
                self.model.answer({"num_clients": 0, "num_users": 0})
            case _:
                self.machine.accept(HistoryResult(publications=[publication(2)], epoch="", offset=0))
                self.model.answer({"publications": [{"data": {"n": 2}, "offset": 2}], "epoch": "", "offset": 0})
        self.compare()

    @precondition(lambda self: self.model.pending is not None)
    @rule(error=st.sampled_from(sorted(ERRORS)))
    def refuse(self, error):
        self.machine.refuse(ErrorCode(error), now=self.now)
        self.model.refuse(error)
        self.compare()

    # The broker.

    @rule(channel=CHANNELS, offset=st.sampled_from([0, 1, 1, 1, 2, -1]), epoch=st.sampled_from([EPOCH, EPOCH, "other"]))
    def publish(self, channel, offset, epoch):
        """Without an offset, the next one, or one that does not fit."""
        held = self.model.subscriptions.get(channel)
        place = 0 if not offset else max(1, (held.offset if held else 0) + offset)
        self.machine.deliver(channel, Pushed(Push(channel=channel, pub=publication(place)), epoch=epoch))
        self.model.publish(channel, epoch=epoch, offset=place)
        self.compare()

    @rule(channel=CHANNELS, comes=st.booleans())
    def tell_of_others(self, channel, comes):
        name, news = ("join", Join(info=PEOPLE)) if comes else ("leave", Leave(info=PEOPLE))
        self.machine.deliver_other(channel, Pushed(Push(**{"channel": channel, name: news})))
        self.model.publish_other(channel, {name: SAID_OF_PEOPLE})
        self.compare()

    def publish_rubbish(self, channel: str) -> None:
        rubbish = Publication(data=Raw(b"\xff\x00"))
        self.machine.deliver(channel, Pushed(Push(channel=channel, pub=rubbish)))
        self.model.publish_rubbish(channel)

    @rule(channel=CHANNELS)
    def lose(self, channel):
        """The periodic look found that the history has gone on without it."""
        self.machine.lose(channel, detail="")
        self.model.lose(channel)
        self.compare()

    # The server API.

    @rule(channel=CHANNELS | st.just(""))
    def api_unsubscribe(self, channel):
        self.machine.unsubscribe(channel, UnsubscribeCode.SERVER)
        self.model.unsubscribe(channel, 2000)
        self.compare()

    @precondition(lambda self: self.model.state == "connected")
    @rule(channel=CHANNELS, data=st.data(), since=st.none() | st.tuples(st.just(EPOCH), st.integers(0, 6)))
    def api_subscribe(self, channel, data, since):
        terms, standing, granted = data.draw(grants(since=since, by_server=True))
        self.machine.subscribed(channel, terms, standing, now=self.now)
        self.model.subscribed(channel, granted)
        self.compare()

    @precondition(lambda self: self.model.state == "connected")
    @rule(ttl=TTLS)
    def api_refresh(self, ttl):
        self.machine.refresh(ttl=ttl, now=self.now)
        self.model.refreshed(ttl=ttl)
        self.compare()

    # The end. One rule of many, so that most conversations last.

    @rule(how=st.sampled_from(["left", "rubbish", "closed", 3005, 3500]), channel=CHANNELS)
    def end(self, how, channel):
        match how:
            case "left":
                self.machine.vanished()
                self.model.leave()
            case "rubbish":
                self.publish_rubbish(channel)
            case "closed":
                self.machine.close_as(Close(code=4100, reason="bye"))
                self.model.close(4100, "bye")
            case code:
                self.machine.close(DisconnectCode(code), detail="")
                self.model.close(code)
        self.compare()

    # Time.

    @rule(seconds=st.integers(1, 30) | st.integers(1, 120), answers=MOSTLY)
    def pass_time(self, seconds, answers):
        """And the client answers the pings, or not."""
        until = self.now + seconds
        while (deadline := self.machine.next_deadline) is not None and deadline <= until:
            assert deadline == self.model.next_due
            self.machine.tick(deadline)
            self.model.pass_until(deadline)
            self.compare()
            self.now = deadline
            if answers and "pong" in self.model.due:
                self.tell({})
        self.now = until
        self.machine.tick(until)
        self.model.pass_until(until)
        self.compare()

    @invariant()
    def they_agree_on_where_they_stand(self):
        if not hasattr(self, "machine"):
            return
        assert self.machine.next_deadline == self.model.next_due
        assert {channel for channel, _ in self.machine.subscriptions} == set(self.model.subscriptions)
        assert (self.machine.next_request() is None) == (self.model.pending is None)


TestTheMachineSaysWhatTheRulesSay = Conversation.TestCase
TestTheMachineSaysWhatTheRulesSay.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
