"""Moments, as the wire has them."""

from __future__ import annotations

from datetime import datetime


def unix(moment: datetime | None) -> int:
    """Unix seconds; 0 for no moment."""
    return 0 if moment is None else int(moment.timestamp())
