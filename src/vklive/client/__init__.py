"""Consume: typed events of a channel, for as long as the program runs."""

from __future__ import annotations

from vklive.client.client import DEFAULT_WS_URL, Client
from vklive.client.devapi import DEFAULT_API_URL
from vklive.client.queue import Overflow
from vklive.client.stream import Stream

__all__ = ["DEFAULT_API_URL", "DEFAULT_WS_URL", "Client", "Overflow", "Stream"]
