"""What a configuration of Centrifugo comes to here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vklive.clock import Clock
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
from vklive.server.tokens import Verifier, VerifyingKeys
from vklive.server.tokens.expected import Expected
from vklive.server.tokens.jwks import JwksKeys


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

    def verifier(self, *, clock: Clock) -> Verifier:
        """What checks tokens with them.

        Args:
            clock: tells when keys are to be fetched anew.

        Raises:
            ConfigError: a key is none, or a pattern.
        """
        expected = Expected(
            audience=self.audience,
            audience_regex=self.audience_regex,
            issuer=self.issuer,
            issuer_regex=self.issuer_regex,
        )
        if self.jwks_endpoint:
            return Verifier(JwksKeys(self.jwks_endpoint, clock=clock, expected=expected), expected=expected)
        keys = VerifyingKeys.from_texts(
            hmac_secret=self.hmac_secret,
            rsa_public_key=self.rsa_public_key,
            ecdsa_public_key=self.ecdsa_public_key,
        )
        return Verifier(keys, expected=expected)

    def parts(self) -> Sequence[VerifyingSettings]:
        """The same in pieces, of which each can be wrong by itself."""
        about_audience = VerifyingSettings(audience=self.audience, audience_regex=self.audience_regex)
        about_issuer = VerifyingSettings(issuer=self.issuer, issuer_regex=self.issuer_regex)
        if self.jwks_endpoint:
            return about_audience, about_issuer, self
        return (
            about_audience,
            about_issuer,
            VerifyingSettings(hmac_secret=self.hmac_secret),
            VerifyingSettings(rsa_public_key=self.rsa_public_key),
            VerifyingSettings(ecdsa_public_key=self.ecdsa_public_key),
        )


class PubSubConfiguration(Section, frozen=True):
    """A pub/sub server as Centrifugo's configuration describes it.

    Attributes:
        host: where to listen; empty: on all addresses.
        port: on which port; 0 takes a free one.
        internal_host, internal_port: where the server API, health and metrics are; empty and 0: where the rest is.
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
