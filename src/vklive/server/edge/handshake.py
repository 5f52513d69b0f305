"""What a WebSocket handshake must look like to be let in.

Source: Centrifugo v4.1.5, handler_websocket.go and internal/origin: the path, the query parameters, the origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import parse_qs

from msgspec import Struct
from websockets.http11 import Request

from vklive.errors import ConfigError

PATH = "/connection/websocket"


class Rejection(Struct, frozen=True):
    """The handshake is answered with an HTTP status instead.

    Attributes:
        status: of the answer.
        problem: its text; says what would be right.
    """

    status: HTTPStatus
    problem: str


class Origins:
    """Which web pages may connect.

    Args:
        patterns: ``*`` for any run of characters, ``?`` for any one, ``[a-z]`` for a range, ``{a,b}`` for either. They
            are compared with the whole ``Origin``, in lower case.

    Raises:
        ConfigError: when a pattern is none, as with a range that goes backwards.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns: list[re.Pattern[str]] = []
        for pattern in patterns:
            try:
                self._patterns.append(re.compile(_regex(pattern.lower())))
            except re.error as error:
                raise ConfigError("pubsub.allowed_origins", f"{pattern!r} is not a pattern: {error.msg}") from None

    def allow(self, origin: str | None) -> bool:
        """Whether a request with this ``Origin`` may come in. Programs send none, and may."""
        if not origin:
            return True
        return any(pattern.fullmatch(origin.lower()) for pattern in self._patterns)


_TOKEN = re.compile(r"\*|\?|\[!?[^\]]+\]|[{},]|[^*?\[{},]+|\[")


_RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)


def _class(found: re.Match[str]) -> str:
    """A character or a range of a class, with nothing in it that means more in a regular expression."""
    first, last, single = found.groups()
    return re.escape(single) if single else f"{re.escape(first)}-{re.escape(last)}"


def _regex(pattern: str) -> str:
    """The same as a regular expression."""
    pieces: list[str] = []
    depth = 0
    for token in _TOKEN.findall(pattern):
        match token:
            case "*":
                pieces.append(".*")
            case "?":
                pieces.append(".")
            case "{":
                depth += 1
                pieces.append("(?:")
            case "}" if depth:
                depth -= 1
                pieces.append(")")
            case "," if depth:
                pieces.append("|")
            case _ if token.startswith("[") and len(token) > 1:
                inside = _RANGE.sub(_class, token[1:-1].removeprefix("!"))
                pieces.append(f"[{'^' if token[1] == '!' else ''}{inside}]")
            case _:
                pieces.append(re.escape(token))
    return "".join(pieces) + ")" * depth


def examine(request: Request, origins: Origins) -> Rejection | None:
    """What is wrong with a handshake; `None` when nothing is, and it may be accepted.

    An empty ``Sec-WebSocket-Protocol`` is taken out: old versions of centrifuge-python send it, and Centrifugo does
    not mind.
    """
    path, _, query = request.path.partition("?")
    if path != PATH:
        return Rejection(HTTPStatus.NOT_FOUND, f"there is nothing at this path; the pub/sub is at {PATH}")
    if not origins.allow(request.headers.get("Origin")):
        return Rejection(HTTPStatus.FORBIDDEN, "this origin is not among the allowed ones (pubsub.allowed_origins)")
    parameters = parse_qs(query)
    version = parameters.get("cf_protocol_version", ["v2"])[0]
    if version != "v2":
        return Rejection(HTTPStatus.BAD_REQUEST, "cf_protocol_version: only v2 is spoken here")
    offered = request.headers.get_all("Sec-WebSocket-Protocol")
    if "protobuf" in {*parameters.get("format", ()), *parameters.get("cf_protocol", ())} or any(
        name.strip() == "centrifuge-protobuf" for value in offered for name in value.split(",")
    ):
        return Rejection(HTTPStatus.BAD_REQUEST, "Protobuf is not spoken here; connect with JSON")
    if offered and not "".join(offered).strip():
        del request.headers["Sec-WebSocket-Protocol"]
    return None
