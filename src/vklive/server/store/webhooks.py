"""The queue of WebHooks in the database: it outlives the process, and a crash loses nothing of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from vklive.server.store.tables import ApplicationRow, GrantRow, WebhookRow


class DeliveryState(StrEnum):
    """What has become of an event in the queue."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Due(Struct, frozen=True, kw_only=True):
    """An event that is to be sent now.

    Attributes:
        id: of the event.
        url: where to.
        key: what it is signed with; shown in no repr.
        attempts: how often it was sent before.
    """

    id: int
    application_id: int
    user_id: int
    url: str
    key: str
    type: str
    data: str
    created_at: datetime
    attempts: int

    def __repr__(self) -> str:
        return f"Due(id={self.id}, application_id={self.application_id}, type={self.type!r})"


async def linked_applications(session: AsyncSession, *, user_id: int, event_type: str) -> list[int]:
    """The applications that a user has linked, and that want events of a type."""
    query = (
        select(ApplicationRow.id, ApplicationRow.webhook_events)
        .join(GrantRow, GrantRow.application_id == ApplicationRow.id)
        .where(GrantRow.user_id == user_id, GrantRow.webhooks.is_(True), ApplicationRow.webhook_url != "")
        .order_by(ApplicationRow.id)
    )
    return [id_ for id_, wanted in await session.execute(query) if event_type in wanted.split()]


def _first_of(busy: Collection[int]) -> Select[WebhookRow, ApplicationRow]:
    """The first event that waits for each application, with the application.

    It takes time by the number of applications: a thousand events that wait for one that is down cost nothing.
    """
    waiting = aliased(WebhookRow)
    first = (
        select(func.min(waiting.id))
        .where(waiting.application_id == ApplicationRow.id, waiting.state == DeliveryState.WAITING)
        .correlate(ApplicationRow)
        .scalar_subquery()
    )
    query = select(WebhookRow, ApplicationRow).join(ApplicationRow, WebhookRow.id == first)
    # The state once more: on PostgreSQL, a row that has changed meanwhile is looked at again, and the others are not.
    return query.where(WebhookRow.state == DeliveryState.WAITING, ApplicationRow.id.not_in(busy))


async def take_due(session: AsyncSession, *, now: datetime, busy: Collection[int], lease: timedelta) -> Due | None:
    """An event that is due, and the first that waits for its application; until `lease` is over, nobody else takes it.

    Args:
        session: a transaction that writes.
        now: aware, UTC.
        busy: applications of which none is taken.
        lease: how long sending it may take.
    """
    query = (
        _first_of(busy)
        .where(WebhookRow.next_at <= now)
        .order_by(WebhookRow.next_at, WebhookRow.id)
        .limit(1)
        .with_for_update(of=WebhookRow, skip_locked=True)
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    row, application = found
    row.next_at = now + lease
    row.attempts += 1
    return Due(
        id=row.id,
        application_id=row.application_id,
        user_id=row.user_id,
        url=application.webhook_url,
        key=application.webhook_key,
        type=row.type,
        data=row.data,
        created_at=row.created_at,
        attempts=row.attempts - 1,
    )


async def next_due(session: AsyncSession, *, busy: Collection[int]) -> datetime | None:
    """When the next event is due; `None` when none waits."""
    return await session.scalar(_first_of(busy).with_only_columns(func.min(WebhookRow.next_at)))


async def settle(session: AsyncSession, id_: int, state: DeliveryState, *, problem: str = "") -> None:
    """An event was taken, or never will be."""
    await session.execute(update(WebhookRow).where(WebhookRow.id == id_).values(state=state, problem=problem))


async def postpone(session: AsyncSession, id_: int, *, until: datetime, problem: str) -> None:
    """An event was not taken. Whatever else waits for the application waits behind it: it would not be taken either."""
    await session.execute(update(WebhookRow).where(WebhookRow.id == id_).values(problem=problem, next_at=until))


async def unlink(session: AsyncSession, *, application_id: int, user_id: int, problem: str) -> None:
    """The application does not know the user: nothing more of theirs is sent to it."""
    await session.execute(
        update(GrantRow)
        .where(GrantRow.application_id == application_id, GrantRow.user_id == user_id)
        .values(webhooks=False)
    )
    await session.execute(
        update(WebhookRow)
        .where(WebhookRow.application_id == application_id, WebhookRow.user_id == user_id)
        .where(WebhookRow.state == DeliveryState.WAITING)
        .values(state=DeliveryState.GIVEN_UP, problem=problem)
    )


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Delete what was settled, and happened before some time."""
    await session.execute(
        delete(WebhookRow).where(WebhookRow.state != DeliveryState.WAITING, WebhookRow.created_at < before)
    )
