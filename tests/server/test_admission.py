"""Who gets in: the table of tokens (centrifugo.md 5.5) and the rules of namespaces, without any connection."""

from __future__ import annotations

from typing import Any

import pytest

from vklive.protocol.messages import ConnectRequest, HistoryRequest, PublishRequest, SubscribeRequest
from vklive.server.admission import Admission, Admitted, Expelled, Refused
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.settings import TokenSettings
from vklive.server.tokens import Issuer, TokenKeys, Verifier
from vklive.testing import VirtualClock

NAMESPACES = Namespaces(
    [
        Namespace(name="open", allow_subscribe_for_client=True),
        Namespace(name="all", allow_subscribe_for_client=True, allow_subscribe_for_anonymous=True),
        Namespace(name="users", allow_subscribe_for_client=True, allow_user_limited_channels=True),
        Namespace(name="closed"),
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
        self.admission = Admission(NAMESPACES, Verifier(keys))
        self.anonymous = Admission(NAMESPACES, Verifier(keys), allow_anonymous=True)

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
            case _:
                return self.expired(self.issuer.subscription("42", "closed:a", ttl=600))

    def expired(self, token: str) -> str:
        self.clock.advance(601)
        return token


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


def outcome(answer: Admitted | Refused | Expelled) -> Any:
    match answer:
        case Admitted(ttl=ttl):
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
        ("for subscribing", "close 3500", "close 3500"),
        ("expired", "error 109", "close 3005"),
        ("other user", 600, "close 3500"),
    ],
)
def test_connection_tokens(tokens, kind, connect, refresh):
    token = tokens.connection(kind)
    now = tokens.clock.wall()
    assert outcome(tokens.admission.connect(ConnectRequest(token=token), now=now)) == connect
    assert outcome(tokens.admission.refresh(token, user="42", now=now)) == refresh


@pytest.mark.parametrize(
    ("kind", "subscribe", "sub_refresh"),
    [
        ("good", 600, 600),
        ("forged", "error 103", "close 3500"),
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


def test_without_a_token_one_is_let_in_only_where_that_is_allowed(tokens):
    assert outcome(tokens.admission.connect(ConnectRequest(), now=0)) == "close 3501"
    assert tokens.anonymous.connect(ConnectRequest(token=""), now=0) == Admitted(user="")


def test_a_token_that_is_sent_is_looked_at_also_where_none_is_needed(tokens):
    answer = tokens.anonymous.connect(ConnectRequest(token=tokens.connection("forged")), now=tokens.clock.wall())
    assert outcome(answer) == "close 3500"


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


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (PublishRequest(channel="open:a"), "error 103"),
        (PublishRequest(channel="nowhere:a"), "error 102"),
        (HistoryRequest(channel="open:a"), "error 108"),
        (HistoryRequest(channel="open:ю"), "error 107"),
    ],
)
def test_what_no_namespace_offers_yet_is_refused_as_where_it_is_turned_off(tokens, request_, expected):
    assert outcome(tokens.admission.call(request_)) == expected
