"""How much is known of an event.

The official list of events is in no public copy (vk.md section 8), so what is known comes from consumers, from captures
of real traffic and from the WebHooks. Each class of an event says how far that reaches.
"""

from __future__ import annotations

from enum import StrEnum


class Certainty(StrEnum):
    """How certain it is that an event comes over the WebSocket under this type and in this shape."""

    CERTAIN = "certain"
    """A capture of real traffic shows it, and consumers agree."""
    LIKELY = "likely"
    """Several consumers agree; there is no capture."""
    PROBABLE = "probable"
    """One consumer reads it so."""
    INFERRED = "inferred"
    """Nobody has shown it; it is here by analogy with a WebHook."""


class Delivery(StrEnum):
    """The two ways by which the platform tells of events."""

    WEBSOCKET = "websocket"
    """At most once, at once."""
    WEBHOOK = "webhook"
    """At least once, by a request to an application's own address."""
