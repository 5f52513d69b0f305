"""The error codes of the DevAPI, which both halves name alike (its page "errors").

`vklive.errors` has the classes that a consumer catches; here are the words on the wire.
"""

from __future__ import annotations

from enum import Enum


class ApiError(Enum):
    """An error code of the API with the HTTP status that it comes with."""

    INVALID_PARAM = (400, "invalid_param")
    MISSING_PARAM = (400, "missing_param")
    MESSAGE_TOO_LONG = (400, "message_too_long")
    SAME_MESSAGE = (400, "same_message")
    SEND_TOO_FAST = (400, "send_too_fast")
    UNAUTHORIZED = (401, "unauthorized")
    FORBIDDEN = (403, "forbidden")
    INVALID_SCOPE = (403, "invalid_scope")
    CHANNEL_BANNED = (403, "channel_banned")
    NOT_FOUND = (404, "not_found")
    UNKNOWN_API_METHOD = (404, "unknown_api_method")
    CHANNEL_NOT_FOUND = (404, "channel_not_found")
    UNPROCESSABLE_ENTITY = (422, "unprocessable_entity")
    RATELIMIT_EXCEEDED = (429, "ratelimit_exceeded")
    INTERNAL_SERVER_ERROR = (500, "internal_server_error")
    SERVICE_UNAVAILABLE = (503, "service_unavailable")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def code(self) -> str:
        """The word in the body's ``error``."""
        return self.value[1]
