"""What a configuration of Centrifugo comes to here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vklive.server.namespaces import ChannelSyntax, Namespace, Namespaces
from vklive.server.settings import (
    MetricsSettings,
    Path,
    Port,
    PubSubSettings,
    Seconds,
    Secret,
    Section,
    TransportSettings,
)


class ApiSettings(Section, frozen=True):
    """The server API (centrifugo.md 6.1).

    Attributes:
        key: what a caller must know; empty: everybody is answered with 401.
        insecure: everybody may call.
        disabled: there is none.
        external: it is at the public port although there is an internal one.
        path: where it is.
    """

    key: Secret = ""
    insecure: bool = False
    disabled: bool = False
    external: bool = False
    path: Path = "/api"


class VerifyingSettings(Section, frozen=True):
    """What tokens are checked with (centrifugo.md 5.1).

    Attributes:
        hmac_secret: for HS256, HS384 and HS512.
        rsa_public_key: PEM, for RS256, RS384 and RS512.
        ecdsa_public_key: PEM, for the ES algorithm of its curve.
        jwks_endpoint: where RSA keys are fetched from; the other keys do not count then.
        audience, audience_regex, issuer, issuer_regex: who tokens must be for and from.
    """

    hmac_secret: Secret = ""
    rsa_public_key: str = ""
    ecdsa_public_key: str = ""
    jwks_endpoint: str = ""
    audience: str = ""
    audience_regex: str = ""
    issuer: str = ""
    issuer_regex: str = ""


class PubSubConfiguration(Section, frozen=True):
    """A pub/sub server as Centrifugo's configuration describes it.

    Attributes:
        host: where to listen; empty: on all addresses.
        port: on which port; 0 takes a free one.
        internal_host, internal_port: where the server API, health and metrics are instead, if the port is not 0.
        name: of the node; empty: made of the names of host and port.
        log_level: from which level on is logged.
        shutdown_timeout: seconds from SIGTERM to the end of the process at most.
        health, health_path: whether the server tells that it runs, and where.
        api, tokens, metrics, pubsub, transports: see there.
        syntax: how names of ws channels are read.
        namespaces: what may be done in which of them.
    """

    host: str = ""
    port: Port = 8000
    internal_host: str = ""
    internal_port: Port = 0
    name: str = ""
    log_level: Literal["trace", "debug", "info", "warn", "error", "fatal", "none"] = "info"
    shutdown_timeout: Seconds = 30.0
    health: bool = False
    health_path: Path = "/health"
    api: ApiSettings = ApiSettings()
    tokens: VerifyingSettings = VerifyingSettings()
    metrics: MetricsSettings = MetricsSettings()
    pubsub: PubSubSettings = PubSubSettings()
    transports: TransportSettings = TransportSettings()
    syntax: ChannelSyntax = ChannelSyntax()
    namespaces: Sequence[Namespace] = ()

    def known_namespaces(self) -> Namespaces:
        """The namespaces, ready for use.

        Raises:
            ConfigError: they contradict each other.
        """
        return Namespaces(self.namespaces, syntax=self.syntax)
