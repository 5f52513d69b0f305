"""WebHooks: what the platform sends to an application, and what it wants to hear back.

Source: vk.md 4.2 (the page "pubsub/webhook", [O]). A request is a form with the fields ``event``, a JSON object, and
``signature``. It is answered with 200 and `WebhookAnswer`; anything else, and the event is sent again.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum

from msgspec import Raw

from vklive.devapi.models.base import Model
from vklive.events import registered
from vklive.events.certainty import Delivery

WEBHOOK_TYPES = frozenset(event_type for event_type, cls in registered().items() if Delivery.WEBHOOK in cls.heard_in)
"""The types of events that WebHooks tell of. The chat is not among them."""


class WebhookStatus(StrEnum):
    """What has become of an event at the application."""

    OK = "ok"
    ALREADY_PROCESSED = "already_processed"
    """It came before; the same as `OK`."""
    NOT_LINKED = "not_linked"
    """The application does not know the user: nothing more is sent about that user, until they link it again."""
    INVALID_SIGNATURE = "invalid_signature"
    """The signature is not that of the application's key: this event is not sent again."""
    UNPROCESSABLE = "unprocessable"
    """The application can do nothing with it. That it is not sent again is an inference."""


class WebhookEnvelope(Model):
    """What is under ``event``.

    Attributes:
        id: a decimal number, below 2**63; the same however often the event is sent.
        time: unix seconds of when it happened.
        user_id: who has linked the application.
        type: as over the WebSocket.
        data: as over the WebSocket, with ``channel.url`` and ``owner.id`` beside it.
    """

    id: str
    time: int
    user_id: int
    type: str
    data: Raw


class WebhookAnswer(Model):
    """What an application answers: which event, and what has become of it."""

    id: str
    status: WebhookStatus


def signature_of(event: str, key: str) -> str:
    """The signature of an event: SHA-256 of its JSON and the key behind it, as lower-case hexadecimal digits.

    It is plain concatenation and no HMAC, as the platform has it.

    Args:
        event: the JSON, as it is when the form has been decoded.
        key: the signature key of the application.
    """
    return hashlib.sha256((event + key).encode()).hexdigest()


def is_signed(event: str, signature: str, key: str) -> bool:
    """Whether it is the signature; the time that it takes does not tell how much of it is right."""
    return hmac.compare_digest(signature_of(event, key).encode(), signature.encode(errors="replace"))
