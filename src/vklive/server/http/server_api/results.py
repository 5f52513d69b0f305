"""What each method of the server API answers.

Source: Centrifugo v4.1.5, internal/apiproto/api.proto; centrifugo.md 6.2: what is always there although zero, and what
is left out.

A payload that is not JSON cannot stand where JSON stands. It is given in base64, in a field of the same name with
``b64`` before it, as callers themselves give such payloads: see decision 0014.
"""

from __future__ import annotations

import base64
from typing import TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from vklive.protocol.codes import ErrorCode
from vklive.protocol.messages import ClientInfo, Publication

_NULL = Raw(b"null")


class ApiError(Struct, frozen=True):
    """Why a command was refused."""

    code: int
    message: str


def error_of(code: ErrorCode) -> ApiError:
    """The error with its text."""
    return ApiError(code, code.message)


class Done(Struct, frozen=True):
    """Nothing is to be told."""


class PublishResult(Struct, omit_defaults=True, frozen=True):
    """Where a publication stands; nothing where there is no history."""

    offset: int = 0
    epoch: str = ""


class PublishResponse(Struct, omit_defaults=True, frozen=True):
    """What became of a publication in one ws channel."""

    error: ApiError | None = None
    result: PublishResult | None = None


class BroadcastResult(Struct, frozen=True):
    """A response for each ws channel, in the order in which they were named."""

    responses: list[PublishResponse]


class Member(Struct, kw_only=True, frozen=True):
    """Somebody who is or was there."""

    user: str
    client: str
    conn_info: Raw | UnsetType = UNSET
    b64conn_info: str | UnsetType = UNSET
    chan_info: Raw | UnsetType = UNSET
    b64chan_info: str | UnsetType = UNSET


class Entry(Struct, kw_only=True, frozen=True):
    """One publication of a history."""

    data: Raw
    b64data: str | UnsetType = UNSET
    info: Member | UnsetType = UNSET
    offset: int
    tags: dict[str, str] | UnsetType = UNSET


class PresenceResult(Struct, frozen=True):
    """Who is there, by client id."""

    presence: dict[str, Member]


class PresenceStatsResult(Struct, frozen=True):
    """How many are there."""

    num_clients: int
    num_users: int


class HistoryResult(Struct, frozen=True):
    """What was said, and the place of the last publication of all."""

    publications: list[Entry]
    epoch: str
    offset: int


class ChannelInfo(Struct, frozen=True):
    """How many are subscribed to a ws channel."""

    num_clients: int


class ChannelsResult(Struct, frozen=True):
    """The ws channels that have subscribers, by name."""

    channels: dict[str, ChannelInfo]


class NodeInfo(Struct, kw_only=True, frozen=True):
    """What one node does."""

    uid: str
    name: str
    version: str
    num_clients: int
    num_users: int
    num_channels: int
    uptime: int
    num_subs: int


class InfoResult(Struct, frozen=True):
    """All nodes."""

    nodes: list[NodeInfo]


Result: TypeAlias = (
    Done
    | PublishResult
    | BroadcastResult
    | PresenceResult
    | PresenceStatsResult
    | HistoryResult
    | ChannelsResult
    | InfoResult
)


def entry_of(publication: Publication) -> Entry:
    """A publication as a history shows it."""
    data, in_base64 = _shown(publication.data)
    return Entry(
        data=_NULL if data is UNSET else data,
        b64data=in_base64,
        info=UNSET if publication.info is None else member_of(publication.info),
        offset=publication.offset,
        tags=publication.tags or UNSET,
    )


def member_of(info: ClientInfo) -> Member:
    """A client as a presence shows it."""
    conn_info, b64conn_info = _shown(info.conn_info)
    chan_info, b64chan_info = _shown(info.chan_info)
    return Member(
        user=info.user,
        client=info.client,
        conn_info=conn_info,
        b64conn_info=b64conn_info,
        chan_info=chan_info,
        b64chan_info=b64chan_info,
    )


def _shown(payload: Raw | UnsetType) -> tuple[Raw | UnsetType, str | UnsetType]:
    """A payload as JSON without needless white space, or in base64 if it is not JSON."""
    if payload is UNSET or not bytes(payload):
        return UNSET, UNSET
    given = bytes(payload)
    try:
        given.decode()
        return Raw(msgspec.json.format(given, indent=-1)), UNSET
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return UNSET, base64.b64encode(given).decode()
