"""What the platform does not do: raised where it is decided, told by `vklive.server.http.errors`."""

from __future__ import annotations

from vklive.devapi.errors import ApiError
from vklive.errors import VkliveError


class RefusalError(VkliveError):
    """A request is answered with an error of the API.

    Attributes:
        error: which.
        description: the words beside it.
    """

    def __init__(self, error: ApiError, description: str) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description

    def __str__(self) -> str:
        return f"{self.error.code}: {self.description}"
