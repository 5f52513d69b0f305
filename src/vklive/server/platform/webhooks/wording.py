"""How a WebHook says something, and what is made of the answer."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec
from msgspec import Raw, Struct

from vklive.devapi.webhooks import WebhookEnvelope, WebhookStatus, signature_of
from vklive.server.platform.times import unix
from vklive.server.store.webhooks import Due


class _Answer(Struct):
    id: str
    status: WebhookStatus


def with_place(data: Raw, *, channel_url: str, owner_id: int) -> str:
    """The JSON of an event's data, with the channel and its owner beside what has happened there."""
    fields = msgspec.json.decode(data, type=dict[str, Raw])
    place = {"channel": {"url": channel_url}, "owner": {"id": owner_id}}
    return msgspec.json.encode({**place, **fields}).decode()


def form_of(due: Due) -> bytes:
    """The body of the request."""
    envelope = WebhookEnvelope(
        id=str(due.id),
        time=unix(due.created_at),
        user_id=due.user_id,
        type=due.type,
        data=Raw(due.data.encode()),
    )
    event = msgspec.json.encode(envelope).decode()
    return urlencode({"event": event, "signature": signature_of(event, due.key)}).encode()


def status_of(body: bytes, due: Due) -> WebhookStatus | None:
    """What an application has said of an event; `None` when that is not to be understood."""
    try:
        answer = msgspec.json.decode(body, type=_Answer, strict=False)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return answer.status if answer.id == str(due.id) else None
