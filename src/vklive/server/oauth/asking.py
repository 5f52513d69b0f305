"""What the authorize page is asked for.

Source: vk.md 1.3. Two kinds of wrong are told apart, and that is what keeps this server from sending browsers to
strangers: as long as it is not certain who asks and that the address is theirs, nobody is redirected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from vklive.server.oauth import scopes
from vklive.server.oauth.errors import OAuthCode, OAuthError, Problem, RefusedRequestError, UnsafeRequestError
from vklive.server.oauth.redirects import with_fragment, with_query
from vklive.server.oauth.scopes import Scopes

PARAMETERS = ("client_id", "redirect_uri", "response_type", "scope", "state")
"""Everything that is read; what else is there is nobody's."""

MAX_LENGTH = 2048
"""Characters of one parameter. A `state` is made up by applications, and comes back in an address."""


class ResponseType(StrEnum):
    """What is given when the user allows it."""

    CODE = "code"
    """A code, for which the application's secret is needed."""
    TOKEN = "token"  # noqa: S105 - a word of the standard
    """An access token at once: the implicit flow."""


class Client(Struct, frozen=True, kw_only=True):
    """An application as its users see it.

    Attributes:
        redirect_uris: the registered ones.
        webhook_events: the types of the events that it wants by WebHook; none where it has no address for them.
    """

    id: int
    client_id: str
    name: str
    description: str = ""
    icon_url: str = ""
    redirect_uris: tuple[str, ...] = ()
    webhook_events: tuple[str, ...] = ()


class Asked(Struct, frozen=True, kw_only=True):
    """A request that may be answered by a redirect.

    Attributes:
        client: who asks.
        redirect_uri: one of its own.
        response_type: for what.
        scopes: what it wants to do.
        state: what it wants to be given back; `None` when it said nothing.
    """

    client: Client
    redirect_uri: str
    response_type: ResponseType = ResponseType.CODE
    scopes: Scopes = frozenset()
    state: str | None = None

    @property
    def wants_webhooks(self) -> bool:
        """Whether events may come by WebHook for whoever allows this: never in the implicit flow (vk.md 1.5)."""
        return self.response_type is ResponseType.CODE and bool(self.client.webhook_events)

    def parameters(self) -> dict[str, str]:
        """The request again, as parameters of the page."""
        said = {
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": self.response_type.value,
            "scope": ",".join(scopes.in_order(self.scopes)),
        }
        return {name: value for name, value in said.items() if value} | self._given_back()

    def answered(self, answer: Mapping[str, str]) -> str:
        """Where the browser is sent with an answer: in the query with a code, in the fragment with a token."""
        add = with_query if self.response_type is ResponseType.CODE else with_fragment
        return add(self.redirect_uri, dict(answer) | self._given_back())

    def refused(self, code: OAuthCode, description: str) -> str:
        """Where the browser is sent with an error."""
        return self.answered({"error": code.value, "error_description": description})

    def _given_back(self) -> dict[str, str]:
        return {} if self.state is None else {"state": self.state}


def once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters that are known, by name; empty ones are not there (RFC 6749, 3.1).

    Raises:
        UnsafeRequestError: one is there twice or too long.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in PARAMETERS:
            continue
        if name in found:
            raise UnsafeRequestError(Problem.REPEATED)
        if len(value) > MAX_LENGTH:
            raise UnsafeRequestError(Problem.UNREADABLE)
        found[name] = value
    return {name: value for name, value in found.items() if value}


def read(parameters: Mapping[str, str], client: Client | None) -> Asked:
    """Understand a request.

    Args:
        parameters: see `once`.
        client: the application of its client_id, if there is one.

    Raises:
        UnsafeRequestError: it must not be answered by a redirect.
        RefusedRequestError: it is answered by a redirect with an error.
    """
    if "client_id" not in parameters:
        raise UnsafeRequestError(Problem.NO_CLIENT)
    if client is None:
        raise UnsafeRequestError(Problem.UNKNOWN_CLIENT)
    if (redirect_uri := parameters.get("redirect_uri")) is None:
        raise UnsafeRequestError(Problem.NO_REDIRECT_URI)
    if redirect_uri not in client.redirect_uris:
        raise UnsafeRequestError(Problem.UNKNOWN_REDIRECT_URI)
    asked = Asked(client=client, redirect_uri=redirect_uri, state=parameters.get("state"))
    try:
        response_type = ResponseType(parameters.get("response_type", ResponseType.CODE))
    except ValueError:
        description = f"response_type is one of {', '.join(ResponseType)}"
        raise RefusedRequestError(asked.refused(OAuthCode.UNSUPPORTED_RESPONSE_TYPE, description)) from None
    asked = Asked(client=client, redirect_uri=redirect_uri, response_type=response_type, state=asked.state)
    try:
        wanted = scopes.asked_for(parameters.get("scope", ""))
    except OAuthError as error:
        raise RefusedRequestError(asked.refused(error.code, error.description)) from None
    return Asked(
        client=client, redirect_uri=redirect_uri, response_type=response_type, scopes=wanted, state=asked.state
    )
