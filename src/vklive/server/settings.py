"""The settings of the server: what can be set, in which unit, with which default and why.

`vklive.server.configuration` fills these structures from a file, the environment and flags and checks every value;
who builds them in Python is trusted with the types, and only what several settings must agree on is checked here.
Durations are float seconds, sizes are bytes. The defaults of the pub/sub are those of Centrifugo v4.1.5.

A secret is shown in no repr, and of a database's address everything but the password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Annotated, Literal, cast

from msgspec import Meta, Struct, field, inspect, structs

from vklive.errors import ConfigError
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.source_urls import check_template

HIDDEN = "<secret>"
"""What stands in the place of a secret."""


class Sensitivity(Enum):
    """How much of a setting may be shown."""

    SECRET = auto()
    """Nothing, except that it is set."""
    ADDRESS = auto()
    """All but the password in it."""

    def hide(self, value: str) -> str:
        """The value as it may be shown."""
        if self is Sensitivity.SECRET:
            return HIDDEN if value else ""
        return _PASSWORD_PARAMETER.sub(rf"\1{HIDDEN}", _PASSWORD.sub(rf"\1{HIDDEN}@", value))


# Greedy up to the last `@`: a password with an unescaped `@` or `/` in it stays hidden too.
_PASSWORD = re.compile(r"(://[^:@/]*:).*@", re.DOTALL)
_PASSWORD_PARAMETER = re.compile(r"([?&](?:password|sslpassword|passwd)=)[^&]*", re.IGNORECASE)

Seconds = Annotated[float, Meta(gt=0)]
SecondsOrNone = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]
CountOrUnlimited = Annotated[int, Meta(ge=0)]
Bytes = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Path = Annotated[str, Meta(pattern="^/")]
Secret = Annotated[str, Meta(extra={"sensitivity": Sensitivity.SECRET})]
Address = Annotated[str, Meta(extra={"sensitivity": Sensitivity.ADDRESS})]

Algorithm = Literal["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all settings: their repr shows no secret."""

    def shown(self) -> Iterator[tuple[str, object]]:
        """The settings of this section as they may be shown."""
        for setting in structs.fields(self):
            value = getattr(self, setting.name)
            sensitivity = sensitivity_of(setting.type)
            yield setting.name, value if sensitivity is None else sensitivity.hide(value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.shown())})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return list(self.shown())


def sensitivity_of(annotation: object) -> Sensitivity | None:
    """How much of a setting of this type may be shown; ``None`` when all of it."""
    info = inspect.type_info(annotation)
    if not isinstance(info, inspect.Metadata):
        return None
    extra = cast("dict[str, Sensitivity] | None", info.extra)  # pyright: ignore[reportUnknownMemberType] (msgspec: dict)
    return (extra or {}).get("sensitivity")


class TokenSettings(Section, frozen=True):
    """The JWTs that open the pub/sub, issued and checked by this server (centrifugo.md 5)."""

    algorithm: Algorithm = "HS256"
    """How tokens are signed; any other algorithm in a token makes it invalid. HS256 needs no key files."""

    secret: Secret = ""
    """The key of the HS algorithms. Empty: a strong random one for this process, so that tokens end with it."""

    private_key_file: str = ""
    """Path of the PEM file that the RS and ES algorithms sign with."""

    public_key_file: str = ""
    """Path of the PEM file that the RS and ES algorithms verify with. Empty: taken from the private key."""

    connection_ttl: Seconds = 3600.0
    """Seconds that a connection token is good for. An hour: rare enough to cost nothing, short enough to be revoked."""

    subscription_ttl: Seconds = 3600.0
    """Seconds that a subscription token is good for. As long as a connection's, for the same reason."""


class PubSubSettings(Section, frozen=True):
    """The pub/sub at ``/connection/websocket`` (centrifugo.md 1.3, 3.2, 4.5)."""

    allowed_origins: tuple[str, ...] = ()
    """Patterns (``*``, ``?``, ``[a-z]``, ``{a,b}``) of the `Origin` headers that may connect; ``*`` allows all.
    Programs send no `Origin` and always may. Empty: no web page may."""

    ping_interval: SecondsOrNone = 25.0
    """Seconds between two pings of the server; must be more than `pong_timeout`. Clients are told whole seconds.
    0: the server does not ping, and notices a client that is gone only when it cannot write."""

    pong_timeout: Seconds = 8.0
    """Seconds that a client has to answer a ping before it is closed with 3012."""

    stale_close_delay: Seconds = 10.0
    """Seconds that a client has to send ``connect`` before it is closed with 3502."""

    expired_close_delay: Seconds = 25.0
    """Seconds after the end of a connection token in which a fresh one is still taken."""

    expired_sub_close_delay: Seconds = 25.0
    """Seconds after the end of a subscription token in which a fresh one is still taken."""

    presence_update_interval: Seconds = 27.0
    """Seconds between two looks at each connection's subscriptions, which is when expired ones end."""

    channel_limit: Count = 128
    """How many ws channels one connection may subscribe to."""

    channel_max_length: Bytes = 255
    """Bytes in the name of a ws channel."""

    queue_max_size: Bytes = 1_048_576
    """Bytes that may wait to be sent to one client before it is closed with 3008: a slow reader costs this at most."""

    message_size_limit: Bytes = 65_536
    """Bytes in one message of a client; a longer one closes the connection with 1009."""

    allow_anonymous_connect_without_token: bool = False
    """Whether one may connect without a token, as a user with no name."""

    disallow_anonymous_connection_tokens: bool = False
    """Whether a connection token must name a user."""

    insecure: bool = False
    """Whether everybody may connect, subscribe, publish and ask; for experiments on one's own machine only."""

    skip_user_check_in_subscription_token: bool = False
    """Whether the user of a subscription token may differ from that of the connection."""

    user_connection_limit: CountOrUnlimited = 0
    """How many connections one user may have here; one more is closed with 3504. 0: any number."""

    position_check_delay: Seconds = 40.0
    """Seconds after which the position of a subscription is compared with the broker's again."""

    connection_limit: CountOrUnlimited = 0
    """How many clients may be connected here; more are answered with 503 before they are. 0: any number."""

    connection_rate_limit: CountOrUnlimited = 0
    """How many clients may come at once, and how many more each second; more are answered with 503. 0: any number."""

    history_max_publication_limit: Count = 300
    """How many publications one call of ``history`` gives a client at most."""

    recovery_max_publication_limit: Count = 300
    """How many publications a client can have missed and still recover."""

    history_meta_ttl: Seconds = 7_776_000.0
    """Seconds in which the position of a ws channel that nobody uses is remembered: 90 days."""

    user_subscribe_to_personal: bool = False
    """Whether each connection of a user is subscribed to that user's own ws channel, ``#42``."""

    user_personal_channel_namespace: str = ""
    """In which namespace that ws channel is; ``NAME:#42`` then."""

    user_personal_single_connection: bool = False
    """Whether a new connection of a user closes the others with 3504."""

    def __post_init__(self) -> None:
        if 0 < self.ping_interval <= self.pong_timeout:
            raise ConfigError(
                "pubsub.ping_interval, pubsub.pong_timeout",
                f"the interval of {self.ping_interval:g} s is not more than the timeout of {self.pong_timeout:g} s",
                hint="a ping must be answered before the next one is sent",
            )

    def check_with(self, namespaces: Namespaces) -> None:
        """See that personal ws channels have a namespace that is as they need it.

        Raises:
            ConfigError: it is not there, or keeps no presence although each user is to have one connection only.
        """
        name = self.user_personal_channel_namespace if self.user_subscribe_to_personal else ""
        namespace = namespaces.named(name)
        if name and namespace is None:
            raise ConfigError("pubsub.user_personal_channel_namespace", f"there is no namespace {name!r}")
        if self.user_personal_single_connection and not (namespace and namespace.presence):
            raise ConfigError(
                "pubsub.user_personal_single_connection",
                "needs presence where the personal ws channels are",
                hint=f"set presence in the namespace {name!r}" if name else "set presence at the top level",
            )


class TransportSettings(Section, frozen=True):
    """By which ways clients come to the pub/sub, and where each is (centrifugo.md 8.1, 8.6, 8.7)."""

    websocket: bool = True
    """Whether they come by WebSocket."""

    websocket_path: Path = "/connection/websocket"
    """Where."""

    websocket_compression: bool = False
    """Whether frames are compressed for clients that offer it: fewer bytes for more time of the processor."""

    websocket_compression_level: Annotated[int, Meta(ge=1, le=9)] = 1
    """How hard: from 1, the quickest, to 9, the smallest."""

    websocket_compression_min_size: Annotated[int, Meta(ge=0)] = 0
    """Bytes; only what is longer is compressed."""

    http_stream: bool = False
    """Whether they come by HTTP streaming, where networks do not let WebSockets through."""

    http_stream_path: Path = "/connection/http_stream"
    """Where."""

    sse: bool = False
    """Whether they come by Server-Sent Events, for the same reason."""

    sse_path: Path = "/connection/sse"
    """Where."""

    emulation_path: Path = "/emulation"
    """Where clients of these two send what they say after their first words."""

    uni_websocket: bool = False
    """Whether clients that only listen come by WebSocket."""

    uni_websocket_path: Path = "/connection/uni_websocket"
    """Where."""

    uni_sse: bool = False
    """Whether clients that only listen come by Server-Sent Events: an `EventSource` of a browser is enough."""

    uni_sse_path: Path = "/connection/uni_sse"
    """Where."""

    uni_http_stream: bool = False
    """Whether clients that only listen come by HTTP streaming: `curl` is enough."""

    uni_http_stream_path: Path = "/connection/uni_http_stream"
    """Where."""

    def offered(self) -> Iterator[tuple[str, str]]:
        """The name of each way that is on, and its path."""
        for name in ("websocket", "http_stream", "sse", "uni_websocket", "uni_sse", "uni_http_stream"):
            if getattr(self, name):
                yield name, getattr(self, f"{name}_path")


class MetricsSettings(Section, frozen=True):
    """What Prometheus is told (centrifugo.md 8.5). Needs the extra ``prometheus``."""

    enabled: bool = False
    """Whether it is told anything. Whoever can reach the port can read it."""

    path: Path = "/metrics"
    """Where."""

    prefix: Literal["vklive", "centrifugo"] = "vklive"
    """What the names of the metrics begin with. With ``centrifugo``, dashboards that were made for it fit."""


class DevApiSettings(Section, frozen=True):
    """The DevAPI under ``/v1`` (vk.md 2)."""

    max_subscription_tokens: Count = 100
    """How many ws channels one call of ``subscription_token`` may name; more are answered with 400."""

    chat_retention: Annotated[float, Meta(gt=0, le=3_153_600_000.0)] = 2_592_000.0
    """Seconds for which messages of chats are kept: 30 days; at most a century. The API tells the newest 200 of a chat
    only; a month is enough to count what somebody wrote, and a busy chat does not fill the disk. With less than the
    timeouts of a chat, a message that is forgotten does not count for them."""

    record_source_url: str = ""
    """Where the video of a record is, for those who ask ``with_source_urls``; see `stream_source_url`."""

    rtmp_url: str = "rtmp://127.0.0.1:1935/live"
    """Where streamers' programs send their video to. This server takes none: it tells the address of one that does."""

    stream_source_url: str = ""
    """Where the video of a stream is, for those who ask ``with_source_urls``; empty when it is not told. ``{id}`` is
    that of the stream, ``{channel_url}`` the slug, ``{ip}`` and ``{user_agent}`` are what is said of the viewer."""

    def __post_init__(self) -> None:
        check_template("devapi.record_source_url", self.record_source_url)
        check_template("devapi.stream_source_url", self.stream_source_url)


class WebhookSettings(Section, frozen=True):
    """The WebHooks, by which applications are told of events for certain (vk.md 4.2). The API documents no times."""

    timeout: Seconds = 10.0
    """Seconds that an application has to answer. What it does with an event it can do after that."""

    first_delay: Seconds = 5.0
    """Seconds until an event that was not taken is sent again; twice as long after each time."""

    max_delay: Seconds = 3600.0
    """Seconds between two attempts at most: an application that is back is told within the hour."""

    give_up_after: Seconds = 259_200.0
    """Seconds after which an event is not sent again: three days, a weekend and a day to notice."""

    keep_settled: Seconds = 604_800.0
    """Seconds for which the database knows what has become of an event: a week, to look into what went wrong."""

    concurrency: Count = 16
    """To how many applications events are sent at once; each is sent one at a time."""


class OAuthSettings(Section, frozen=True):
    """OAuth under ``/app/oauth2`` and ``/oauth/server`` (vk.md 1.3 to 1.7). VK tells none of its durations."""

    code_ttl: Seconds = 60.0
    """Seconds in which an application must fetch the tokens for a code. It does so at once, by a program, and a code
    stands in an address, which others may come to see."""

    access_token_ttl: Seconds = 3600.0
    """Seconds that an access token is good for. An hour: as long as a stolen one may be of use, and as the connection
    tokens that it opens."""

    refresh_token_ttl: Seconds = 2_592_000.0
    """Seconds in which a refresh token must be used; the next one has as many again. Thirty days: whoever is away for
    longer logs in anew."""

    sign_in_ttl: Seconds = 43_200.0
    """Seconds that somebody stays signed in at the authorize page. Twelve hours: a day at a machine, not the night."""


class Settings(Section, frozen=True):
    """Everything that can be set. The keys of the TOML file are these names, sections are its tables."""

    host: str = "127.0.0.1"
    """Where to listen. The default is this machine only: whoever wants more should say so."""

    port: Port = 8000
    """On which port; Centrifugo's default. 0 takes a free one."""

    database_url: Address = "sqlite+aiosqlite:///vklive.sqlite3"
    """SQLAlchemy's address of the database. The default is a file in the current folder, which needs no server."""

    seed: str = ""
    """Path of a TOML file with users, applications, channels and memberships, written to the database at start."""

    api_key: Secret = ""
    """The key of the HTTP API ``/api``. Empty: it answers 401 to all."""

    shutdown_timeout: Seconds = 10.0
    """Seconds from SIGTERM to the end of the process at most. Ten is what `docker stop` gives."""

    tokens: TokenSettings = field(default_factory=TokenSettings)
    namespaces: tuple[Namespace, ...] = ()
    """What may be done in which ws channels, beside those of VK: tables ``[[namespaces]]`` with the options of
    Centrifugo, durations in seconds. One with the name of a namespace of VK's stands in its place."""

    pubsub: PubSubSettings = field(default_factory=PubSubSettings)
    transports: TransportSettings = field(default_factory=TransportSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    devapi: DevApiSettings = field(default_factory=DevApiSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    oauth: OAuthSettings = field(default_factory=OAuthSettings)
