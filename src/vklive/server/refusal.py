"""What the platform does not do: raised where it is decided, told by `vklive.server.http.errors`."""

from __future__ import annotations

from vklive.devapi.errors import ApiError
from vklive.errors import VkliveError


class RefusalError(VkliveError):
    """A request is answered with an error of the API.

    Attributes:
        error: which.
        description: the words beside it.
        retry_after: whole seconds after which this reason is none any more; `None` when time changes nothing.
    """

    def __init__(self, error: ApiError, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.error.code}: {self.description}"
