"""What the authorize page is asked for, as values. That nobody is sent to a stranger is in the tests of HTTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.devapi.scopes import Scope
from vklive.server.oauth.asking import MAX_LENGTH, Asked, Client, ResponseType, once, read
from vklive.server.oauth.errors import OAuthCode, Problem, RefusedRequestError, UnsafeRequestError

BOT = Client(id=1, client_id="bot", name="Bot", redirect_uris=("https://bot.example/",), webhook_events=("x",))
ASKED = {"client_id": "bot", "redirect_uri": "https://bot.example/"}


def test_what_is_not_said_is_the_code_flow_without_scopes_and_state():
    assert read(ASKED, BOT) == Asked(client=BOT, redirect_uri="https://bot.example/")


def test_everything_that_is_said_is_understood():
    said = ASKED | {"response_type": "token", "scope": "chat:settings,,channel:roles,chat:settings", "state": "s"}
    asked = read(said, BOT)

    assert asked.response_type is ResponseType.TOKEN
    assert asked.scopes == {Scope.CHAT_SETTINGS, Scope.CHANNEL_ROLES}
    assert asked.state == "s"


def test_a_request_can_be_asked_again():
    for said in (ASKED, ASKED | {"response_type": "token", "scope": "channel:roles,chat:settings", "state": "ы&"}):
        asked = read(said, BOT)
        assert read(asked.parameters(), BOT) == asked


def test_webhooks_are_for_the_code_flow_alone():
    assert read(ASKED, BOT).wants_webhooks
    assert not read(ASKED | {"response_type": "token"}, BOT).wants_webhooks


@pytest.mark.parametrize(
    ("said", "code", "where"),
    [
        ({"response_type": "id_token", "state": "s"}, OAuthCode.UNSUPPORTED_RESPONSE_TYPE, "?"),
        ({"scope": "all", "state": "s"}, OAuthCode.INVALID_SCOPE, "?"),
        ({"scope": "chat:settings channel:roles", "state": "s"}, OAuthCode.INVALID_SCOPE, "?"),
        ({"scope": "all", "response_type": "token", "state": "s"}, OAuthCode.INVALID_SCOPE, "#"),
    ],
)
def test_what_is_wrong_goes_back_where_the_answer_would(said, code, where):
    with pytest.raises(RefusedRequestError) as caught:
        read(ASKED | said, BOT)

    assert caught.value.location.startswith(f"https://bot.example/{where}error={code}&error_description=")
    assert caught.value.location.endswith("&state=s")


@given(st.lists(st.tuples(st.sampled_from(["client_id", "state", "other"]), st.text(max_size=5)), max_size=4))
def test_a_parameter_counts_once(pairs):
    names = [name for name, _ in pairs if name != "other"]
    if len(set(names)) < len(names):
        with pytest.raises(UnsafeRequestError) as caught:
            once(pairs)
        assert caught.value.problem is Problem.REPEATED
    else:
        assert once(pairs) == {name: value for name, value in pairs if name != "other" and value}


def test_a_parameter_without_end_is_none():
    assert once([("state", "s" * MAX_LENGTH)])
    with pytest.raises(UnsafeRequestError) as caught:
        once([("state", "s" * (MAX_LENGTH + 1))])
    assert caught.value.problem is Problem.UNREADABLE
