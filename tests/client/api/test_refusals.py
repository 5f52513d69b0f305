"""Which error an answer is."""

from __future__ import annotations

import pytest
from tests.client.api.scripted import refused

import vklive
from vklive.client.api.method import Method
from vklive.client.api.refusals import refusal_of
from vklive.devapi.errors import ApiError
from vklive.devapi.scopes import Scope
from vklive.errors import (
    BadRequestError,
    ChannelBannedError,
    ChannelNotFoundError,
    DevApiError,
    ForbiddenError,
    InvalidParamError,
    InvalidScopeError,
    MessageTooLongError,
    MissingParamError,
    NotFoundError,
    RateLimitedError,
    SameMessageError,
    SendTooFastError,
    UnauthorizedError,
    UnavailableError,
    UnknownApiMethodError,
    UnprocessableError,
)
from vklive.testing.clock import EPOCH

SEND = Method("POST", "/v1/chat/message/send", Scope.CHAT_MESSAGE_SEND)

CLASSES: dict[ApiError, type[DevApiError]] = {
    ApiError.INVALID_PARAM: InvalidParamError,
    ApiError.MISSING_PARAM: MissingParamError,
    ApiError.MESSAGE_TOO_LONG: MessageTooLongError,
    ApiError.SAME_MESSAGE: SameMessageError,
    ApiError.SEND_TOO_FAST: SendTooFastError,
    ApiError.UNAUTHORIZED: UnauthorizedError,
    ApiError.FORBIDDEN: ForbiddenError,
    ApiError.INVALID_SCOPE: InvalidScopeError,
    ApiError.CHANNEL_BANNED: ChannelBannedError,
    ApiError.NOT_FOUND: NotFoundError,
    ApiError.UNKNOWN_API_METHOD: UnknownApiMethodError,
    ApiError.CHANNEL_NOT_FOUND: ChannelNotFoundError,
    ApiError.UNPROCESSABLE_ENTITY: UnprocessableError,
    ApiError.RATELIMIT_EXCEEDED: RateLimitedError,
    ApiError.INTERNAL_SERVER_ERROR: UnavailableError,
    ApiError.SERVICE_UNAVAILABLE: UnavailableError,
}


@pytest.mark.parametrize(("said", "kind"), CLASSES.items())
def test_every_code_of_the_documentation_has_its_class(said, kind):
    error = refusal_of(refused(said.status, said.code), method=SEND, now=EPOCH)
    assert type(error) is kind
    assert (error.method, error.status, error.code) == ("POST /v1/chat/message/send", said.status, said.code)
    assert error.description == "as the test says"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, BadRequestError), (403, ForbiddenError), (404, NotFoundError), (409, DevApiError), (418, DevApiError)],
)
def test_a_code_that_nobody_knows_is_of_the_class_of_its_status(status, kind):
    error = refusal_of(refused(status, "reward_limit_reached"), method=SEND, now=EPOCH)
    assert type(error) is kind
    assert error.code == "reward_limit_reached"


def test_a_code_with_another_status_than_its_own_is_of_the_class_of_the_status():
    assert type(refusal_of(refused(404, "send_too_fast"), method=SEND, now=EPOCH)) is NotFoundError


def test_who_catches_the_wider_class_catches_the_narrower_ones():
    assert issubclass(SendTooFastError, BadRequestError)
    assert issubclass(InvalidScopeError, ForbiddenError)
    assert issubclass(ChannelBannedError, ForbiddenError)
    assert issubclass(ChannelNotFoundError, NotFoundError)
    assert all(issubclass(kind, DevApiError) for kind in CLASSES.values())
    assert all(getattr(vklive, kind.__name__) is kind for kind in CLASSES.values())


def test_a_missing_scope_is_named():
    error = refusal_of(refused(403, "invalid_scope"), method=SEND, now=EPOCH)
    assert isinstance(error, InvalidScopeError)
    assert error.scope == Scope.CHAT_MESSAGE_SEND
    assert str(error).endswith("invalid_scope: as the test says (log in with the scope chat:message:send)")


def test_a_missing_scope_that_the_server_names_is_not_named_twice():
    error = InvalidScopeError(
        "GET /v1/x", status=403, code="invalid_scope", description="Needs chat:settings", scope="chat:settings"
    )
    assert str(error) == "GET /v1/x answered 403 invalid_scope: Needs chat:settings"


def test_a_method_that_needs_no_scope_names_none():
    error = refusal_of(refused(403, "invalid_scope"), method=Method("GET", "/v1/channel"), now=EPOCH)
    assert str(error) == "GET /v1/channel answered 403 invalid_scope: as the test says"


@pytest.mark.parametrize(("told", "pause", "wait"), [("7", 3.0, 7.0), (None, 3.0, 3.0), (None, None, None)])
def test_after_too_fast_the_answer_says_how_long_to_wait_else_the_chat(told, pause, wait):
    error = refusal_of(refused(400, "send_too_fast", retry_after=told), method=SEND, now=EPOCH, pause=pause)
    assert isinstance(error, SendTooFastError)
    assert error.retry_after == wait
