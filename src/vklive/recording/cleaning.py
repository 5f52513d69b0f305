"""What an event looks like in a recording: without secrets, and without people when that is wanted."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from vklive.events import Event
from vklive.recording.json_walk import UnreadableJsonError
from vklive.recording.lines import Happened, Heard
from vklive.recording.pseudonyms import Pseudonyms
from vklive.recording.secrets import Secrets

_OWN_WORDS = ("cause", "policy", "reason")
"""Fields of what happens to the connection that are about the connection, not about people."""


class Cleaning:
    """Makes lines of events.

    Args:
        secrets: what takes secrets out.
        pseudonyms: what takes people out; `None` to leave them in.
    """

    def __init__(self, secrets: Secrets, *, pseudonyms: Pseudonyms | None = None) -> None:
        self.secrets = secrets
        self.pseudonyms = pseudonyms

    def slug(self, channel_url: str) -> str:
        """The slug of a channel as it is recorded."""
        return channel_url if self.pseudonyms is None else self.pseudonyms.of_slug(channel_url)

    def line(self, event: Event) -> Heard | Happened:
        """The line for an event."""
        ws_channel = self.secrets.without_in_text(event.ws_channel)
        if self.pseudonyms is not None:
            ws_channel = self.pseudonyms.of_ws_channel(ws_channel)
        if not event.raw:
            return Happened(
                received_at=event.received_at,
                channel_url=self.slug(event.channel_url),
                topic=event.topic,
                ws_channel=ws_channel,
                position=event.position,
                type=event.type,
                data=self._happened(event),
            )
        payload, text = self._payload(event.raw)
        return Heard(
            received_at=event.received_at,
            channel_url=self.slug(event.channel_url),
            topic=event.topic,
            ws_channel=ws_channel,
            position=event.position,
            payload=payload,
            text=text,
        )

    def _happened(self, event: Event) -> Raw:
        data = self.secrets.without(msgspec.json.encode(event.data))
        return Raw(data if self.pseudonyms is None else self.pseudonyms.of_json(data, but=_OWN_WORDS))

    def _payload(self, raw: bytes) -> tuple[Raw | UnsetType, str | UnsetType]:
        try:
            payload = self.secrets.without(raw)
            return Raw(payload if self.pseudonyms is None else self.pseudonyms.of_json(payload)), UNSET
        except UnreadableJsonError:
            if self.pseudonyms is not None:
                # Who is in it cannot be told.
                return UNSET, f"<{len(raw)} bytes that are not JSON>"
            return UNSET, self.secrets.without_in_text(raw.decode("utf-8", "backslashreplace"))
