"""A subscription, as the server's side of a connection sees it, and its position in the history of a ws channel.

Source: `centrifuge` v0.28.2, client.go (subscribeCmd), node.go and internal/recovery.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw, Struct

from vklive.protocol.messages import NOTHING, Publication, ServerSubscribed, SubscribeRequest, SubscribeResult
from vklive.protocol.position import Position
from vklive.protocol.pushed import Pushed


class Terms(Struct, frozen=True, kw_only=True):
    """On which terms a subscription is granted.

    Attributes:
        ttl: whole seconds for which that holds; `None` for ever.
        info: what others are told about this subscriber in this ws channel, beside what they know of the connection.
        data: for the subscriber, with the reply.
        positioned: the server watches that no publication is missed.
        recoverable: the subscriber may continue where it was; implies `positioned`.
        presence: the subscriber is listed among those who are there.
        announced: others are told when it comes and goes.
        hears_others: it is told when others come and go.
        by_server: the server subscribed it, on its own or because the connection token says so.
        by_token: the connection token says so, and a new one must say the same.
    """

    ttl: int | None = None
    info: Raw | None = None
    data: Raw = NOTHING
    positioned: bool = False
    recoverable: bool = False
    presence: bool = False
    announced: bool = False
    hears_others: bool = False
    by_server: bool = False
    by_token: bool = False


class Standing(Struct, frozen=True, kw_only=True):
    """Where a new subscription stands in the history of its ws channel.

    Attributes:
        top: the place of the last publication, from which on everything is delivered.
        since: where the subscriber wanted to continue; `None` when it begins.
        missed: all publications from there to `top`; `None` when they cannot all be had.
    """

    top: Position = Position()
    since: Position | None = None
    missed: Sequence[Publication] | None = None


BEGINNING = Standing()
"""Of a subscription in a ws channel whose history does not matter."""


def stand(since: Position, *, kept: Sequence[Publication], top: Position) -> Standing:
    """Where a subscriber stands who wants to continue.

    Recovery succeeds when nothing at all is missing: the history is the same one, and what it `kept` begins right
    after `since` and ends at `top`. A subscriber that names no epoch takes whichever there is.
    """
    if since.epoch not in {"", top.epoch}:
        return Standing(top=top, since=since)
    # How much is missing may be any number that the client likes; what is kept is not much.
    is_complete = len(kept) == top.offset - since.offset
    if is_complete and all(publication.offset == offset for offset, publication in enumerate(kept, since.offset + 1)):
        return Standing(top=top, since=since, missed=kept)
    return Standing(top=top, since=since)


def since_of(request: SubscribeRequest) -> Position | None:
    """Where a subscriber wants to continue; `None` when it does not."""
    if not request.recover:
        return None
    return Position(request.epoch or "", request.offset or 0)


class Subscription(Struct, kw_only=True):
    """One that stands.

    Attributes:
        terms: on which it was granted.
        expires_at: when that ends; `None` for never.
        epoch, offset: of the last publication that was delivered, if the position is watched.
        checked_at: when the position was last compared with the top of the history.
    """

    terms: Terms
    expires_at: float | None
    epoch: str
    offset: int
    checked_at: float

    @classmethod
    def of(cls, terms: Terms, standing: Standing, *, now: float) -> Subscription:
        """A new one."""
        expires_at = None if terms.ttl is None else now + terms.ttl
        top = standing.top
        return cls(terms=terms, expires_at=expires_at, epoch=top.epoch, offset=top.offset, checked_at=now)

    def takes(self, pushed: Pushed) -> bool:
        """Whether a publication is the one that should come next; remembers it if it is."""
        if pushed.offset and self.terms.positioned:
            if pushed.offset != self.offset + 1 or pushed.epoch != self.epoch:
                return False
            self.offset = pushed.offset
        return True


class Ended(Struct, frozen=True):
    """A subscription that is over."""

    channel: str
    terms: Terms


def result_of(terms: Terms, standing: Standing) -> SubscribeResult:
    """What the subscriber is told.

    Where recovery succeeded, the position is the one that it asked for: what it missed leads it to the top.
    """
    result = SubscribeResult(
        expires=terms.ttl is not None,
        ttl=terms.ttl or 0,
        recoverable=terms.recoverable,
        positioned=terms.positioned,
        data=terms.data,
    )
    if terms.positioned:
        result.was_recovering = standing.since is not None
        result.recovered = standing.missed is not None
        told = standing.since if standing.since is not None and result.recovered else standing.top
        result.epoch, result.offset = told.epoch, told.offset
        result.publications = list(standing.missed) if standing.missed else None
    return result


def push_of(terms: Terms, standing: Standing) -> ServerSubscribed:
    """What a connection is told that the server has subscribed."""
    result = result_of(terms, standing)
    return ServerSubscribed(
        recoverable=result.recoverable,
        epoch=result.epoch,
        offset=result.offset,
        positioned=result.positioned,
        data=result.data,
    )
