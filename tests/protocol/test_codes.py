"""What the codes tell the other side to do."""

from __future__ import annotations

import pytest

from vklive.protocol.codes import (
    DisconnectCode,
    ErrorCode,
    UnsubscribeCode,
    is_retryable,
    may_reconnect,
    may_resubscribe,
)


@pytest.mark.parametrize(
    ("code", "again"),
    [
        (1000, True),
        (2999, True),
        (3000, True),
        (3499, True),
        (3500, False),
        (3999, False),
        (4000, True),
        (4499, True),
        (4500, False),
        (4999, False),
        (5000, True),
    ],
)
def test_two_ranges_of_close_codes_are_final(code, again):
    assert may_reconnect(code) is again


@pytest.mark.parametrize(("code", "again"), [(2000, False), (2499, False), (2500, True), (2999, True)])
def test_a_subscription_may_be_taken_up_again_from_2500_on(code, again):
    assert may_resubscribe(code) is again


@pytest.mark.parametrize(
    ("code", "temporary", "again"),
    [
        (1, False, True),
        (99, False, True),
        (100, True, True),
        (103, False, False),
        (109, False, True),
        (110, False, False),
    ],
)
def test_what_is_worth_another_try(code, temporary, again):
    assert is_retryable(code, temporary=temporary) is again


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (ErrorCode.INTERNAL, "internal server error"),
        (ErrorCode.UNKNOWN_CHANNEL, "unknown channel"),
        (ErrorCode.PERMISSION_DENIED, "permission denied"),
        (ErrorCode.ALREADY_SUBSCRIBED, "already subscribed"),
        (ErrorCode.TOO_MANY_REQUESTS, "too many requests"),
        (ErrorCode.UNRECOVERABLE_POSITION, "unrecoverable position"),
    ],
)
def test_errors_have_centrifugos_words(code, text):
    assert code.message == text


def test_two_errors_are_temporary():
    assert [code for code in ErrorCode if code.temporary] == [ErrorCode.INTERNAL, ErrorCode.TOO_MANY_REQUESTS]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (DisconnectCode.SHUTDOWN, "shutdown"),
        (DisconnectCode.SERVER_ERROR, "internal server error"),
        (DisconnectCode.NO_PONG, "no pong"),
        (DisconnectCode.INVALID_TOKEN, "invalid token"),
        (DisconnectCode.TOO_MANY_ERRORS, "too many errors"),
        (UnsubscribeCode.SERVER, "server unsubscribe"),
        (UnsubscribeCode.EXPIRED, "subscription expired"),
    ],
)
def test_reasons_are_centrifugos_too(code, text):
    assert code.reason == text
