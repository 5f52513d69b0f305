"""Who gets in: the table of tokens (centrifugo.md 5.5) and the rules of namespaces, without any connection."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from vklive.protocol.messages import (
    ConnectRequest,
    HistoryRequest,
    PresenceRequest,
    PresenceStatsRequest,
    PublishRequest,
    SubscribeRequest,
)
from vklive.protocol.subscription import Terms
from vklive.server.admission import Admission, Admitted, Expelled, Refused
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.settings import PubSubSettings, TokenSettings
from vklive.server.tokens import Issuer, TokenKeys, Verifier
from vklive.server.tokens.expected import Expected
from vklive.testing import VirtualClock

NAMESPACES = Namespaces(
    [
        Namespace(name="open", allow_subscribe_for_client=True),
        Namespace(name="all", allow_subscribe_for_client=True, allow_subscribe_for_anonymous=True),
        Namespace(name="users", allow_subscribe_for_client=True, allow_user_limited_channels=True),
        Namespace(name="closed"),
        Namespace(
            name="kept", allow_subscribe_for_client=True, history_size=10, history_ttl=60, allow_history_for_client=True
        ),
        Namespace(
            name="watched",
            allow_subscribe_for_client=True,
            presence=True,
            join_leave=True,
            allow_presence_for_client=True,
        ),
        Namespace(
            name="forced",
            allow_subscribe_for_client=True,
            history_size=10,
            history_ttl=60,
            force_recovery=True,
            join_leave=True,
            force_push_join_leave=True,
        ),
        Namespace(name="said", allow_publish_for_subscriber=True),
        Namespace(name="shouted", allow_publish_for_client=True, allow_publish_for_anonymous=True),
    ]
)


class Tokens:
    """Tokens of every kind, and an admission that looks at them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        settings = TokenSettings(secret="the secret of the tokens in these tests")
        keys = TokenKeys.from_settings(settings)
        stranger = TokenSettings(secret="the secret of somebody else, long enough")
        self.issuer = Issuer(keys, settings, clock=self.clock)
        self.stranger = Issuer(TokenKeys.from_settings(stranger), stranger, clock=self.clock)
        self.keys = keys
        self.admission = self.admitting()
        self.anonymous = self.admitting(allow_anonymous_connect_without_token=True)

    def admitting(self, **options: Any) -> Admission:
        return Admission(NAMESPACES, Verifier(self.keys.verifying), PubSubSettings(**options))

    def signed(self, **claims: Any) -> str:
        return self.keys.sign(json.dumps({"sub": "42", **claims}).encode())

    def connect(self, admission: Admission | None = None, **request: Any) -> Admitted | Refused | Expelled:
        return (admission or self.admission).connect(
            ConnectRequest(**request), now=self.clock.wall(), connections_of=lambda user: 2 if user == "42" else 0
        )

    def connection(self, kind: str) -> str:
        match kind:
            case "good":
                return self.issuer.connection("42", ttl=600)
            case "other user":
                return self.issuer.connection("43", ttl=600)
            case "forged":
                return self.stranger.connection("42")
            case "for subscribing":
                return self.issuer.subscription("42", "closed:a")
            case "not yet valid":
                return self.signed(nbf=int(self.clock.wall()) + 60)
            case "unsigned":
                return jwt.encode({"sub": "42"}, "", algorithm="none")
            case "of wrong types":
                return self.signed(sub=42)
            case "no token":
                return "token"
            case _:
                return self.expired(self.issuer.connection("42", ttl=600))

    def subscription(self, kind: str) -> str:
        match kind:
            case "good":
                return self.issuer.subscription("42", "closed:a", ttl=600)
            case "other user":
                return self.issuer.subscription("43", "closed:a")
            case "other channel":
                return self.issuer.subscription("42", "closed:b")
            case "forged":
                return self.stranger.subscription("42", "closed:a")
            case "for connecting":
                return self.issuer.connection("42")
            case "not yet valid":
                return self.signed(channel="closed:a", nbf=int(self.clock.wall()) + 60)
            case "unsigned":
                return jwt.encode({"sub": "42", "channel": "closed:a"}, "", algorithm="none")
            case "of wrong types":
                return self.signed(sub=42, channel="closed:a")
            case "no token":
                return "token"
            case "other client":
                return self.signed(channel="closed:a", client="d")
            case "unknown namespace":
                return self.signed(channel="nowhere:a")
            case _:
                return self.expired(self.issuer.subscription("42", "closed:a", ttl=600))

    def expired(self, token: str) -> str:
        self.clock.advance(601)
        return token


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


def outcome(answer: Admitted | Terms | Refused | Expelled | None) -> Any:
    match answer:
        case None:
            return "yes"
        case Admitted(ttl=ttl) | Terms(ttl=ttl):
            return ttl
        case Refused(error, why):
            assert why
            return f"error {error}"
        case Expelled(code, why):
            assert why
            return f"close {code}"


@pytest.mark.parametrize(
    ("kind", "connect", "refresh"),
    [
        ("good", 600, 600),
        ("forged", "close 3500", "close 3500"),
        ("unsigned", "close 3500", "close 3500"),
        ("of wrong types", "close 3500", "close 3500"),
        ("no token", "close 3500", "close 3500"),
        ("not yet valid", "error 109", "close 3005"),
        ("for subscribing", "close 3500", "close 3500"),
        ("expired", "error 109", "close 3005"),
        ("other user", 600, "close 3500"),
    ],
)
def test_connection_tokens(tokens, kind, connect, refresh):
    token = tokens.connection(kind)
    now = tokens.clock.wall()
    assert outcome(tokens.connect(token=token)) == connect
    assert outcome(tokens.admission.refresh(token, user="42", now=now)) == refresh


@pytest.mark.parametrize(
    ("kind", "subscribe", "sub_refresh"),
    [
        ("good", 600, 600),
        ("forged", "error 103", "close 3500"),
        ("unsigned", "error 103", "close 3500"),
        ("of wrong types", "error 103", "close 3500"),
        ("no token", "error 103", "close 3500"),
        ("not yet valid", "error 109", "error 109"),
        ("other client", "close 3500", "close 3500"),
        ("unknown namespace", "error 102", "error 102"),
        ("for connecting", "error 103", "close 3500"),
        # Centrifugo v4.1.5 accepts an expired token in sub_refresh, and the subscription never expires afterwards:
        # docs/decisions/0001.
        ("expired", "error 109", "error 109"),
        ("other user", "close 3500", "close 3500"),
        ("other channel", "close 3500", "close 3500"),
    ],
)
def test_subscription_tokens(tokens, kind, subscribe, sub_refresh):
    token = tokens.subscription(kind)
    now = tokens.clock.wall()
    request = SubscribeRequest(channel="closed:a", token=token)
    assert outcome(tokens.admission.subscribe(request, user="42", client="c", now=now)) == subscribe
    answer = tokens.admission.sub_refresh(token, channel="closed:a", user="42", client="c", now=now)
    assert outcome(answer) == sub_refresh


@pytest.mark.parametrize(
    ("claims", "connect", "refresh", "subscribe", "sub_refresh"),
    [
        ({"aud": ["them", "us"], "iss": "me"}, None, None, None, None),
        ({"aud": "them", "iss": "me"}, "close 3500", "close 3500", "error 103", "close 3500"),
        ({"aud": "us", "iss": "you"}, "close 3500", "close 3500", "error 103", "close 3500"),
        ({"aud": "us"}, "close 3500", "close 3500", "error 103", "close 3500"),
    ],
)
def test_audience_and_issuer_are_looked_at_in_both_kinds(tokens, claims, connect, refresh, subscribe, sub_refresh):
    verifier = Verifier(tokens.keys.verifying, expected=Expected(audience="us", issuer="me"))
    admission, now = Admission(NAMESPACES, verifier, PubSubSettings()), tokens.clock.wall()
    assert outcome(tokens.connect(admission, token=tokens.signed(**claims))) == connect
    assert outcome(admission.refresh(tokens.signed(**claims), user="42", now=now)) == refresh
    token = tokens.signed(channel="closed:a", **claims)
    request = SubscribeRequest(channel="closed:a", token=token)
    assert outcome(admission.subscribe(request, user="42", client="c", now=now)) == subscribe
    answer = admission.sub_refresh(token, channel="closed:a", user="42", client="c", now=now)
    assert outcome(answer) == sub_refresh


def test_without_a_token_one_is_let_in_only_where_that_is_allowed(tokens):
    assert outcome(tokens.connect()) == "close 3501"
    assert tokens.connect(tokens.anonymous, token="") == Admitted(user="", subscriptions={})
    assert tokens.connect(tokens.admitting(insecure=True)) == Admitted(user="", subscriptions={})


def test_a_token_that_is_sent_is_looked_at_also_where_none_is_needed(tokens):
    forged = tokens.connection("forged")
    assert outcome(tokens.connect(tokens.anonymous, token=forged)) == "close 3500"
    assert outcome(tokens.connect(tokens.admitting(insecure=True), token=forged)) == "close 3500"


def test_a_token_without_a_user_may_be_unwelcome(tokens):
    token = tokens.signed(sub="")
    assert outcome(tokens.connect(token=token)) is None
    strict = tokens.admitting(disallow_anonymous_connection_tokens=True)
    assert outcome(tokens.connect(strict, token=token)) == "close 3507"


def test_where_nothing_is_secured_no_connection_expires(tokens):
    assert outcome(tokens.connect(tokens.admitting(insecure=True), token=tokens.connection("good"))) is None


def test_a_token_that_is_good_for_something_that_has_ended_is_told_so(tokens):
    past = int(tokens.clock.wall()) - 1
    assert outcome(tokens.connect(token=tokens.signed(expire_at=past))) == "error 110"
    refresh = tokens.admission.refresh(tokens.signed(expire_at=past), user="42", now=tokens.clock.wall())
    assert outcome(refresh) == "error 110"
    subscription = tokens.signed(channel="closed:a", expire_at=past)
    request = SubscribeRequest(channel="closed:a", token=subscription)
    answer = tokens.admission.subscribe(request, user="42", client="c", now=tokens.clock.wall())
    assert outcome(answer) == "error 110"
    answer = tokens.admission.sub_refresh(
        subscription, channel="closed:a", user="42", client="c", now=tokens.clock.wall()
    )
    assert outcome(answer) == "error 110"


def test_a_user_may_have_so_many_connections_and_no_more(tokens):
    assert outcome(tokens.connect(tokens.admitting(user_connection_limit=3), token=tokens.signed())) is None
    full = tokens.admitting(user_connection_limit=2)
    assert outcome(tokens.connect(full, token=tokens.signed())) == "close 3504"
    assert outcome(tokens.connect(full, token=tokens.signed(sub="43"))) is None


def test_a_connection_token_subscribes_to_what_it_names(tokens):
    answer = tokens.connect(token=tokens.signed(channels=["closed:a", "open:b"]))
    assert isinstance(answer, Admitted)
    assert answer.subscriptions == {
        "closed:a": Terms(by_server=True, by_token=True),
        "open:b": Terms(by_server=True, by_token=True),
    }


def test_what_a_token_says_of_single_subscriptions_counts_instead_of_the_plain_list(tokens):
    grant = {"info": {"role": "x"}, "data": {"hi": 1}, "override": {"force_recovery": {"value": True}}}
    answer = tokens.connect(token=tokens.signed(channels=["open:b"], subs={"closed:a": grant}))
    assert isinstance(answer, Admitted)
    (terms,) = answer.subscriptions.values()
    assert list(answer.subscriptions) == ["closed:a"]
    assert (terms.recoverable, terms.positioned, terms.by_token) == (True, True, True)
    assert bytes(terms.info or b"") == b'{"role": "x"}'
    assert bytes(terms.data) == b'{"hi": 1}'


def test_a_token_that_names_an_unknown_ws_channel_is_refused(tokens):
    for token in (tokens.signed(channels=["nowhere:a"]), tokens.signed(subs={"nowhere:a": {}})):
        assert outcome(tokens.connect(token=token)) == "error 102"
        assert outcome(tokens.admission.refresh(token, user="42", now=tokens.clock.wall())) == "error 102"


def test_more_subscriptions_than_a_connection_may_hold_end_it(tokens):
    token = tokens.signed(channels=[f"open:{number}" for number in range(129)])
    assert outcome(tokens.connect(token=token)) == "close 3505"
    token = tokens.signed(channels=[f"open:{number}" for number in range(128)])
    assert outcome(tokens.connect(token=token)) is None


def test_a_user_has_a_ws_channel_of_its_own_where_that_is_wanted(tokens):
    personal = tokens.admitting(user_subscribe_to_personal=True, user_personal_channel_namespace="closed")
    answer = tokens.connect(personal, token=tokens.signed())
    assert isinstance(answer, Admitted)
    assert answer.subscriptions == {"closed:#42": Terms(by_server=True)}
    answer = tokens.connect(personal, token=tokens.signed(sub=""))
    assert isinstance(answer, Admitted)
    assert answer.subscriptions == {}


def test_a_client_may_wish_for_what_it_could_subscribe_to_by_itself(tokens):
    wishes = dict.fromkeys(["open:a", "closed:a", "$open:a", "users:a#42", "users:a#7", "open:ю"], SubscribeRequest())
    answer = tokens.connect(token=tokens.signed(), subs=wishes)
    assert isinstance(answer, Admitted)
    assert list(answer.subscriptions) == ["open:a", "users:a#42"]
    assert outcome(tokens.connect(token=tokens.signed(), subs={"nowhere:a": SubscribeRequest()})) == "close 3501"


@pytest.mark.parametrize(
    ("channel", "user", "expected"),
    [
        ("open:a", "42", None),
        ("open:a", "", "error 103"),
        ("all:a", "", None),
        ("closed:a", "42", "error 103"),
        ("nowhere:a", "42", "error 102"),
        ("plain", "42", "error 102"),
        ("open:ю", "42", "error 107"),
        ("$open:a", "42", "error 103"),
        ("users:a", "42", None),
        ("users:a#42", "42", None),
        ("users:a#7,42", "42", None),
        ("users:a#7", "42", "error 103"),
        ("users:a#", "42", "error 103"),
        ("open:a#7", "42", None),
    ],
)
def test_without_a_token_the_namespace_decides(tokens, channel, user, expected):
    request = SubscribeRequest(channel=channel)
    assert outcome(tokens.admission.subscribe(request, user=user, client="c", now=0)) == expected


def test_a_token_opens_what_the_namespace_keeps_closed_but_not_what_is_unknown(tokens):
    now = tokens.clock.wall()
    for channel, expected in (("$closed:a", 3600), ("users:a#7", 3600), ("nowhere:a", "error 102")):
        request = SubscribeRequest(channel=channel, token=tokens.issuer.subscription("42", channel))
        assert outcome(tokens.admission.subscribe(request, user="42", client="c", now=now)) == expected


def test_where_nothing_is_secured_everything_but_private_ws_channels_is_open(tokens):
    admission = tokens.admitting(insecure=True)

    def subscribe(channel: str) -> Any:
        return outcome(admission.subscribe(SubscribeRequest(channel=channel), user="", client="c", now=0))

    assert subscribe("closed:a") is None
    assert subscribe("users:a#9") is None
    assert subscribe("$open:a") == "error 103"
    assert subscribe("nowhere:a") == "error 102"
    assert outcome(admission.call(PublishRequest(channel="closed:a"), user="", subscribed=False)) == "yes"
    assert outcome(admission.call(HistoryRequest(channel="closed:a"), user="", subscribed=False)) == "error 108"
    assert outcome(admission.call(HistoryRequest(channel="kept:a"), user="", subscribed=False)) == "yes"


def test_the_user_and_the_client_of_a_subscription_token_are_looked_at(tokens):
    def subscribe(token: str, **options: Any) -> Any:
        request = SubscribeRequest(channel="closed:a", token=token)
        answer = tokens.admitting(**options).subscribe(request, user="42", client="c", now=tokens.clock.wall())
        return outcome(answer)

    of_another = tokens.signed(sub="43", channel="closed:a")
    assert subscribe(of_another) == "close 3500"
    assert subscribe(of_another, skip_user_check_in_subscription_token=True) is None
    assert subscribe(tokens.signed(channel="closed:a", client="c")) is None
    assert subscribe(tokens.signed(channel="closed:a", client="d")) == "close 3500"


def test_a_token_from_before_its_user_was_deafened_is_good_no_more_and_one_from_after_it_is(tokens):
    def answers(token: str, deafened_until: int | None) -> list[Any]:
        request = SubscribeRequest(channel="closed:a", token=token)
        how: dict[str, Any] = {
            "user": "42",
            "client": "c",
            "now": tokens.clock.wall(),
            "deafened_until": deafened_until,
        }
        admission = tokens.admission
        return [
            outcome(admission.subscribe(request, **how)),
            outcome(admission.sub_refresh(token, channel="closed:a", **how)),
        ]

    before = tokens.issuer.subscription("42", "closed:a", ttl=600)
    deafened_until = int(tokens.clock.wall())
    tokens.clock.advance(1)
    after = tokens.issuer.subscription("42", "closed:a", ttl=600)

    assert answers(before, None) == [599, 599]
    assert answers(before, deafened_until) == ["error 103", "close 3500"]
    assert answers(after, deafened_until) == [600, 600]
    assert answers(tokens.signed(channel="closed:a"), deafened_until) == ["error 103", "close 3500"]


@pytest.mark.parametrize(
    ("channel", "wishes", "expected"),
    [
        ("open:a", {"positioned": True, "recoverable": True, "join_leave": True}, Terms()),
        ("kept:a", {}, Terms()),
        ("kept:a", {"positioned": True}, Terms(positioned=True)),
        ("kept:a", {"recoverable": True}, Terms(positioned=True, recoverable=True)),
        ("watched:a", {}, Terms(presence=True, announced=True)),
        ("watched:a", {"join_leave": True}, Terms(presence=True, announced=True, hears_others=True)),
        ("forced:a", {}, Terms(positioned=True, recoverable=True, announced=True, hears_others=True)),
    ],
)
def test_a_subscriber_has_what_its_namespace_forces_and_what_it_wishes_and_may_have(tokens, channel, wishes, expected):
    request = SubscribeRequest(channel=channel, **wishes)
    assert tokens.admission.subscribe(request, user="42", client="c", now=0) == expected


def test_a_token_may_say_otherwise_than_the_namespace(tokens):
    override = {"presence": {"value": True}, "force_recovery": {"value": False}, "force_positioning": {"value": True}}
    token = tokens.signed(channel="forced:a", override=override)
    request = SubscribeRequest(channel="forced:a", token=token)
    answer = tokens.admission.subscribe(request, user="42", client="c", now=tokens.clock.wall())
    assert answer == Terms(positioned=True, presence=True, announced=True, hears_others=True)


@pytest.mark.parametrize(
    ("request_", "user", "subscribed", "expected"),
    [
        (PublishRequest(channel="open:a"), "42", True, "error 103"),
        (PublishRequest(channel="nowhere:a"), "42", True, "error 102"),
        (PublishRequest(channel="open:ю"), "42", True, "error 107"),
        (PublishRequest(channel="said:a"), "42", False, "error 103"),
        (PublishRequest(channel="said:a"), "42", True, "yes"),
        (PublishRequest(channel="said:a"), "", True, "error 103"),
        (PublishRequest(channel="shouted:a"), "42", False, "yes"),
        (PublishRequest(channel="shouted:a"), "", False, "yes"),
        (HistoryRequest(channel="open:a"), "42", True, "error 108"),
        (HistoryRequest(channel="open:ю"), "42", True, "error 107"),
        (HistoryRequest(channel="forced:a"), "42", True, "error 103"),
        (HistoryRequest(channel="kept:a"), "42", False, "yes"),
        (HistoryRequest(channel="kept:a"), "", False, "error 103"),
        (PresenceRequest(channel="open:a"), "42", True, "error 108"),
        (PresenceRequest(channel="watched:a"), "42", False, "yes"),
        (PresenceStatsRequest(channel="watched:a"), "", False, "error 103"),
    ],
)
def test_what_a_client_may_do_beside_hearing(tokens, request_, user, subscribed, expected):
    assert outcome(tokens.admission.call(request_, user=user, subscribed=subscribed)) == expected
