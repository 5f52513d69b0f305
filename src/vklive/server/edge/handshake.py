"""What a WebSocket handshake must look like to be let in.

Source: Centrifugo v4.1.5, handler_websocket.go and internal/origin: the path, the query parameters, the origin.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import parse_qs

from msgspec import Struct
from websockets.http11 import Request

from vklive.errors import ConfigError
from vklive.protocol.formats import JSON, PROTOBUF, Format
from vklive.server.glob import Glob, PatternError

PROTOBUF_SUBPROTOCOL = "centrifuge-protobuf"


class Paths(Struct, frozen=True, kw_only=True):
    """Where WebSockets are opened; empty where that is not offered.

    Attributes:
        bidirectional: by clients that speak and listen.
        unidirectional: by those that only listen.
    """

    bidirectional: str = "/connection/websocket"
    unidirectional: str = ""

    def __contains__(self, path: str) -> bool:
        return bool(path) and path in {self.bidirectional, self.unidirectional}

    def __str__(self) -> str:
        return " and ".join(filter(None, (self.bidirectional, self.unidirectional)))


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
        patterns: see `vklive.server.glob`. They are compared with the whole ``Origin``, in lower case.

    Raises:
        ConfigError: when a pattern is none, as with a range that goes backwards.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns: list[Glob] = []
        for pattern in patterns:
            try:
                self._patterns.append(Glob(pattern.lower()))
            except PatternError as error:
                raise ConfigError("pubsub.allowed_origins", f"{pattern!r} is {error}") from None

    def allow(self, origin: str | None) -> bool:
        """Whether a request with this ``Origin`` may come in. Programs send none, and may."""
        if not origin:
            return True
        return any(pattern.matches(origin.lower()) for pattern in self._patterns)


def examine(request: Request, origins: Origins, paths: Paths) -> Rejection | None:
    """What is wrong with a handshake; `None` when nothing is, and it may be accepted.

    An empty ``Sec-WebSocket-Protocol`` is taken out: old versions of centrifuge-python send it, and Centrifugo does
    not mind.
    """
    path, _, query = request.path.partition("?")
    if path not in paths:
        return Rejection(HTTPStatus.NOT_FOUND, f"there is nothing at this path; the pub/sub is at {paths}")
    if not origins.allow(request.headers.get("Origin")):
        return Rejection(HTTPStatus.FORBIDDEN, "this origin is not among the allowed ones (pubsub.allowed_origins)")
    parameters = parse_qs(query)
    problem = problem_with_version(parameters.get("cf_protocol_version", [""])[0])
    if problem is not None:
        return Rejection(HTTPStatus.BAD_REQUEST, problem)
    offered = request.headers.get_all("Sec-WebSocket-Protocol")
    if offered and not "".join(offered).strip():
        del request.headers["Sec-WebSocket-Protocol"]
    return None


def problem_with_version(asked: str) -> str | None:
    """What is wrong with the version of the protocol that a client asks for; empty for none in particular."""
    return None if asked in {"", "v2"} else "cf_protocol_version: only v2 is spoken here"


def format_of(request: Request, subprotocol: str | None) -> Format:
    """The format in which a client wants to speak: its address says so, or the subprotocol that was agreed on."""
    parameters = parse_qs(request.path.partition("?")[2])
    asked = {*parameters.get("format", ()), *parameters.get("cf_protocol", ())}
    return PROTOBUF if "protobuf" in asked or subprotocol == PROTOBUF_SUBPROTOCOL else JSON
