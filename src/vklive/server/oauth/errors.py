"""How OAuth says no."""

from __future__ import annotations

from enum import Enum, StrEnum, auto

from vklive.errors import VkliveError


class OAuthCode(StrEnum):
    """What applications are told, by redirect or by the token endpoint (RFC 6749, 4.1.2.1 and 5.2)."""

    ACCESS_DENIED = "access_denied"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_REQUEST = "invalid_request"
    INVALID_SCOPE = "invalid_scope"
    SERVER_ERROR = "server_error"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"

    @property
    def status(self) -> int:
        """The status of the token endpoint's answer."""
        return _STATUSES.get(self, 400)


_STATUSES = {
    OAuthCode.INVALID_CLIENT: 401,
    OAuthCode.SERVER_ERROR: 500,
    OAuthCode.TEMPORARILY_UNAVAILABLE: 503,
}


class OAuthError(VkliveError):
    """An application asked for what it does not get.

    Attributes:
        code: see `OAuthCode`.
        description: the words beside it; of no use to a stranger, and without any value that was sent.
    """

    def __init__(self, code: OAuthCode, description: str) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description

    def __str__(self) -> str:
        return f"{self.code}: {self.description}"


class Problem(Enum):
    """Why the authorize page sends nobody anywhere; `vklive.server.http.oauth.words` has the words."""

    REPEATED = auto()
    """A parameter is there twice, and the two might mean different things."""
    NO_CLIENT = auto()
    """There is no client_id."""
    UNKNOWN_CLIENT = auto()
    """There is no such application."""
    NO_REDIRECT_URI = auto()
    """There is no redirect_uri."""
    UNKNOWN_REDIRECT_URI = auto()
    """The application has not registered it."""
    UNREADABLE = auto()
    """The address is no list of parameters, or one of them is longer than any of ours."""
    STALE_FORM = auto()
    """The form was not given to this browser, or to whoever was signed in then."""
    UNAVAILABLE = auto()
    """The database does not answer."""


class UnsafeRequestError(VkliveError):
    """The authorize page was asked for in a way that must not be answered by a redirect: it might go to anybody.

    Attributes:
        problem: why.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class RefusedRequestError(VkliveError):
    """The authorize page was asked for wrongly by an application that is known, and is told so by a redirect.

    Attributes:
        location: where the browser is sent.
    """

    def __init__(self, location: str) -> None:
        super().__init__("the application is told by a redirect")
        self.location = location


class WrongPasswordError(VkliveError):
    """There is no such user, or it is not their password. Which of the two is not told."""


class TooManyAttemptsError(VkliveError):
    """Somebody tries passwords.

    Attributes:
        wait: seconds until the next try is looked at.
    """

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait
