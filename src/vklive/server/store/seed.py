"""Reads the file that fills a database: for development, for tests, for a first look.

::

    [[users]]
    id = 7
    nick = "Anna"
    password = "anna at home"
    access_tokens = ["only-for-development"]

    [[applications]]
    id = 1
    client_id = "my-bot"
    client_secret = "…"
    name = "My bot"
    redirect_uris = ["http://127.0.0.1:8123/"]

    [[channels]]
    id = 42
    url = "streamer"
    owner = 7
    live = true

    [[memberships]]
    channel = 42
    user = 8
    role = "paid_subscriber"

    [[categories]]
    id = "chess"
    title = "Chess"
    type = "game"

    [[stream_records]]
    id = "record-1"
    channel = 42
    title = "Yesterday"
    stream_started_at = 2026-01-01T12:00:00Z
    duration = 3600

    [[channel_roles]]
    id = "vip"
    channel = 42
    name = "VIP"
    users = [8]

    [[rewards]]
    id = "6d0f2f9e-0000-4000-8000-000000000001"
    channel = 42
    name = "Drink water"
    price = 50

    [[balances]]
    channel = 42
    user = 8
    amount = 1000

A key that nobody knows is an error, so that a misspelt one does not go unnoticed. Passwords, access tokens and client
secrets stand in the file as they are; the database gets their hashes. The access tokens have all scopes.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from vklive.devapi.channel_url import slug_of
from vklive.devapi.models import ChatAccess
from vklive.devapi.models.chat import MAX_DELAY, MAX_TIMEOUT
from vklive.devapi.models.points import MAX_POINTS, RewardBody
from vklive.errors import ConfigError
from vklive.server.directory import Role
from vklive.server.names import MAX_ID
from vklive.server.oauth.redirects import wrong_with
from vklive.server.store.passwords import MAX_LENGTH, MIN_LENGTH

MAX_SIZE = 16 * 1024 * 1024
"""Bytes of a seed file. It is read as a whole."""

MAX_DURATION = 366 * 24 * 3600
"""Seconds of a recorded stream: a year."""

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
Text = Annotated[str, Meta(max_length=4096, pattern=r"\A[^\x00]*\Z")]
ShortText = Annotated[str, Meta(max_length=64, pattern=r"\A[^\x00]*\Z")]
ShortWord = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[^\x00]*\Z")]
Word = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\A[^\x00]*\Z")]
Line = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\A[!-~]*\Z")]
Password = Annotated[str, Meta(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
Colour = Annotated[int, Meta(ge=0, le=15)]
Number = Annotated[int, Meta(ge=0, le=MAX_ID)]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all entries."""


class UserSeed(Entry, frozen=True, kw_only=True):
    """A user, and access tokens of theirs that never expire. Without a password they keep the one that they have."""

    id: Id
    nick: Word
    nick_color: Colour = 0
    avatar_url: Text = ""
    is_verified_streamer: bool = False
    password: Password | None = None
    access_tokens: tuple[Word, ...] = ()

    def __repr__(self) -> str:
        return f"UserSeed(id={self.id}, nick={self.nick!r}, access_tokens=<{len(self.access_tokens)} secrets>)"


class ApplicationSeed(Entry, frozen=True, kw_only=True):
    """An application, its credentials, and access tokens of its that never expire.

    `redirect_uris` are where its users may be sent back to. With a `webhook_url`, the events of the types
    `webhook_events` go there, signed with `webhook_key`.
    """

    id: Id
    client_id: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\A[^\x00:]*\Z")]
    client_secret: Word
    name: Text = ""
    description: Text = ""
    icon_url: Text = ""
    redirect_uris: tuple[Text, ...] = ()
    webhook_url: Text = ""
    webhook_key: Text = ""
    webhook_events: tuple[Line, ...] = ()
    access_tokens: tuple[Word, ...] = ()

    def __repr__(self) -> str:
        return f"ApplicationSeed(id={self.id}, client_id={self.client_id!r}, client_secret=<secret>)"


class CategorySeed(Entry, frozen=True, kw_only=True):
    """What a stream is about. What a stream or a record names is a category too, if no category has its id."""

    id: ShortText = ""
    title: Text = ""
    type: Annotated[str, Meta(max_length=32, pattern=r"\A[^\x00]*\Z")] = ""
    cover_url: Text = ""


class StreamSeed(Entry, frozen=True, kw_only=True):
    """The stream of a channel that is live. Without an id it is `stream-<channel>`; without a time it starts now."""

    id: ShortText = ""
    title: Text = ""
    category: CategorySeed = CategorySeed()
    viewers: Number = 0
    views: Number = 0
    started_at: datetime | None = None
    preview_url: Text = ""
    video_id: Text = ""


class PointSeed(Entry, frozen=True, kw_only=True):
    """What the points of a channel are called and look like."""

    name: Text = ""
    small_url: Text = ""
    medium_url: Text = ""
    large_url: Text = ""


class ChatSeed(Entry, frozen=True, kw_only=True):
    """How the chat of a channel is kept in order, see `vklive.devapi.models.ChatSettings`."""

    allow_access: ChatAccess = ChatAccess.ANY
    allow_access_after: Annotated[int, Meta(ge=0, le=MAX_DELAY)] = 0
    any_message_timeout: Annotated[int, Meta(ge=0, le=MAX_TIMEOUT)] = 0
    same_message_timeout: Annotated[int, Meta(ge=0, le=MAX_TIMEOUT)] = 0
    follow_alert: bool = False
    subscription_alert: bool = False
    only_smiles: bool = False
    is_caps_prohibited: bool = False
    is_links_prohibited: bool = False
    is_ru_en_numbers: bool = False


class ChannelSeed(Entry, frozen=True, kw_only=True):
    """A channel. `live` says whether its stream is on; a `stream` alone describes it and does not start it.

    Without `chat`, the settings of its chat stay what they are.
    """

    id: Id
    url: Word
    owner: Id
    nick: Text = ""
    cover_url: Text = ""
    description: Text = ""
    status: Literal["", "online", "offline", "wait"] = ""
    banned: bool = False
    live: bool = False
    stream: StreamSeed = StreamSeed()
    point: PointSeed = PointSeed()
    chat: ChatSeed | None = None


class MembershipSeed(Entry, frozen=True, kw_only=True):
    """What a user is to a channel. Without `since`, that stays what it is, which is unknown at first."""

    channel: Id
    user: Id
    role: Role = Role.FOLLOWER
    banned: bool = False
    since: datetime | None = None


class SmileSeed(Entry, frozen=True, kw_only=True):
    """A picture that can be written in chats."""

    id: ShortWord
    name: Text = ""
    animated: bool = False
    small_url: Text = ""
    medium_url: Text = ""
    large_url: Text = ""


class StreamRecordSeed(Entry, frozen=True, kw_only=True):
    """A stream that was recorded. `duration` is in seconds; without `created_at` it was there when the stream ended."""

    id: ShortWord
    channel: Id
    title: Text = ""
    category: CategorySeed = CategorySeed()
    stream_started_at: datetime
    duration: Annotated[int, Meta(ge=0, le=MAX_DURATION)] = 0
    created_at: datetime | None = None
    views: Number = 0
    preview_url: Text = ""
    video_id: Text = ""


class ChannelRoleSeed(Entry, frozen=True, kw_only=True):
    """A role that a channel made up, and who has it."""

    id: ShortWord
    channel: Id
    name: Text = ""
    small_url: Text = ""
    medium_url: Text = ""
    large_url: Text = ""
    users: tuple[Id, ...] = ()


class RewardSeed(RewardBody, kw_only=True, forbid_unknown_fields=True):
    """A reward of a channel, with an id. One that was deleted stays so."""

    id: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[^\x00]*\Z")]
    channel: Id


class BalanceSeed(Entry, frozen=True, kw_only=True):
    """What a user has in a channel at first. Who has had points there keeps what is left of them."""

    channel: Id
    user: Id
    amount: Annotated[int, Meta(ge=0, le=MAX_POINTS)]


class Seed(Entry, frozen=True, kw_only=True):
    """Everything that a file may name."""

    users: tuple[UserSeed, ...] = ()
    applications: tuple[ApplicationSeed, ...] = ()
    channels: tuple[ChannelSeed, ...] = ()
    memberships: tuple[MembershipSeed, ...] = ()
    categories: tuple[CategorySeed, ...] = ()
    stream_records: tuple[StreamRecordSeed, ...] = ()
    channel_roles: tuple[ChannelRoleSeed, ...] = ()
    rewards: tuple[RewardSeed, ...] = ()
    balances: tuple[BalanceSeed, ...] = ()
    smiles: tuple[SmileSeed, ...] = ()

    @property
    def bearers(self) -> tuple[UserSeed | ApplicationSeed, ...]:
        """All who may have access tokens."""
        return (*self.users, *self.applications)


def read_seed(path: Path) -> Seed:
    """The seed in a TOML file.

    Raises:
        ConfigError: it cannot be read, is not TOML, has unknown keys or wrong values, or says something twice.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise ConfigError("seed", f"cannot read {path}: {error.strerror}") from error
    if len(content) > MAX_SIZE:
        raise ConfigError(str(path), f"it is larger than {MAX_SIZE} bytes")
    return parse_seed(content, origin=str(path))


def parse_seed(content: bytes, *, origin: str) -> Seed:
    """The seed in a text.

    Args:
        content: TOML.
        origin: what errors call it.

    Raises:
        ConfigError: see `read_seed`.
    """
    try:
        values = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(origin, f"it is not TOML: {error}") from error
    return seed_of(values, origin=origin)


def seed_of(values: Mapping[str, object], *, origin: str) -> Seed:
    """The seed in the values of a file.

    Args:
        values: as TOML has them.
        origin: what errors call it.

    Raises:
        ConfigError: see `read_seed`.
    """
    try:
        seed = msgspec.convert(values, Seed)
    except msgspec.ValidationError as error:
        # msgspec names the place and the expected type, and never quotes the value.
        raise ConfigError(origin, str(error)) from None
    _check_once(origin, "user id", (user.id for user in seed.users))
    _check_once(origin, "application id", (application.id for application in seed.applications))
    _check_once(origin, "client_id", (application.client_id for application in seed.applications))
    _check_once(origin, "channel id", (channel.id for channel in seed.channels))
    _check_once(origin, "channel url", (slug_of(channel.url) for channel in seed.channels))
    _check_once(origin, "smile id", (smile.id for smile in seed.smiles))
    _check_once(origin, "membership of channel and user", ((entry.channel, entry.user) for entry in seed.memberships))
    _check_once(origin, "reward id", (reward.id for reward in seed.rewards))
    _check_once(origin, "balance of channel and user", ((entry.channel, entry.user) for entry in seed.balances))
    for application in seed.applications:
        _check_addresses(origin, application)
    for channel in seed.channels:
        if not slug_of(channel.url):
            raise ConfigError(origin, f"{channel.url!r} is no url of a channel", hint="give its slug")
        _check_zone(origin, f"started_at of the stream of {channel.url!r}", channel.stream.started_at)
    _check_once(origin, "category id", (category.id for category in seed.categories))
    _check_once(origin, "stream record id", (record.id for record in seed.stream_records))
    _check_once(origin, "channel role id", (role.id for role in seed.channel_roles))
    if any(not category.id for category in seed.categories):
        raise ConfigError(origin, "a category has no id")
    for record in seed.stream_records:
        _check_zone(origin, f"stream_started_at of the record {record.id!r}", record.stream_started_at)
        _check_zone(origin, f"created_at of the record {record.id!r}", record.created_at)
    for entry in seed.memberships:
        _check_zone(origin, f"since of user {entry.user} and channel {entry.channel}", entry.since)
    tokens = [token for bearer in seed.bearers for token in bearer.access_tokens]
    if len(set(tokens)) < len(tokens):
        raise ConfigError(origin, "an access token is there twice")
    return seed


def _check_zone(origin: str, what: str, moment: datetime | None) -> None:
    if moment is not None and moment.tzinfo is None:
        raise ConfigError(origin, f"{what} has no time zone", hint="end it with Z")


def _check_addresses(origin: str, application: ApplicationSeed) -> None:
    which = f"of the application {application.id}"
    for redirect_uri in application.redirect_uris:
        if wrong := wrong_with(redirect_uri):
            raise ConfigError(origin, f"a redirect_uri {which} is none: {wrong}")
    if application.webhook_url and (wrong := wrong_with(application.webhook_url)):
        raise ConfigError(origin, f"the webhook_url {which} is none: {wrong}")
    if bool(application.webhook_url) != bool(application.webhook_key):
        raise ConfigError(origin, f"the webhook_url {which} and its webhook_key come together")


def _check_once(origin: str, what: str, values: Iterable[Hashable]) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise ConfigError(origin, f"the {what} {value} is there {count} times")
