"""What is tried again and what is not, as a table."""

from __future__ import annotations

import pytest

from vklive.client.failures import Cause, Failure, failure_of, failure_of_end
from vklive.errors import (
    ConfigError,
    ConnectError,
    CredentialsError,
    DevApiError,
    DisconnectedError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    UnauthorizedError,
    UnavailableError,
    VkliveError,
)
from vklive.protocol.client_events import Closed

METHOD = "GET /v1/channel"


@pytest.mark.parametrize(
    ("error", "kind", "code", "wait"),
    [
        (ConnectError("h", phase="tcp", problem="refused"), Cause.TCP, None, 0.0),
        (ConnectError("h", phase="dns", problem="no such host"), Cause.DNS, None, 0.0),
        (ConnectError("h", phase="tls", problem="EOF"), Cause.TLS, None, 0.0),
        (ConnectError("h", phase="proxy", problem="503"), Cause.PROXY, None, 0.0),
        (ConnectError("h", phase="handshake", problem="503"), Cause.HANDSHAKE, None, 0.0),
        (ConnectError("h", phase="timeout", problem="5 s"), Cause.TIMEOUT, None, 0.0),
        (ConnectError("host", phase="handshake", problem="no", status=429, retry_after=7.0), Cause.HANDSHAKE, 429, 7.0),
        (UnavailableError(METHOD, status=503), Cause.API, 503, 0.0),
        (UnavailableError(METHOD, status=503, retry_after=7.0), Cause.API, 503, 7.0),
        (DevApiError(METHOD, status=408), Cause.API, 408, 0.0),
        (RateLimitedError(METHOD, status=429, retry_after=7.0), Cause.API, 429, 7.0),
        (RateLimitedError(METHOD, status=429), Cause.API, 429, 0.0),
        (CredentialsError("Source", problem="KeyError"), Cause.CREDENTIALS, None, 0.0),
    ],
)
def test_trouble_that_passes_is_tried_again_with_its_cause_and_the_wait_that_was_asked_for(error, kind, code, wait):
    assert failure_of(error) == Failure(cause=str(error), kind=kind, code=code, wait=wait)


@pytest.mark.parametrize(
    "error",
    [
        ConnectError("h", phase="tls", problem="untrusted", permanent=True),
        UnauthorizedError(METHOD, status=401),
        ForbiddenError(METHOD, status=403),
        NotFoundError(METHOD, status=404),
        DevApiError(METHOD, status=400),
        ConfigError("x", "wrong"),
        VkliveError("a mistake of ours"),
    ],
)
def test_what_no_retry_helps_against_is_raised_as_it_is(error):
    with pytest.raises(type(error)) as raised:
        failure_of(error)
    assert raised.value is error


@pytest.mark.parametrize(
    ("code", "reconnect", "again"),
    [
        (3001, True, Cause.SHUTDOWN),
        (1006, True, Cause.LOST),
        (2, True, Cause.NO_PING),
        (4, True, Cause.TIMEOUT),
        (3010, True, Cause.CLOSED),
        (3502, False, Cause.CLOSED),
        (3500, False, None),
        (4500, False, None),
    ],
)
def test_a_final_close_is_final_but_for_stale_which_is_the_networks_fault(code, reconnect, again):
    closed = Closed(code=code, reason="why", reconnect=reconnect)
    if again:
        assert failure_of_end(closed) == Failure(cause="why", kind=again, code=code)
    else:
        with pytest.raises(DisconnectedError, match=f"why .code {code}."):
            failure_of_end(closed)
