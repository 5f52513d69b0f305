"""How long a server says to wait."""

from __future__ import annotations

import email.utils
import math
from collections.abc import Mapping
from datetime import UTC

MAX_RETRY_AFTER = 3600.0
"""Seconds. A server that says to wait for longer is asked again after this time all the same."""


def retry_after_of(headers: Mapping[str, str], *, now: float) -> float | None:
    """What ``Retry-After`` says, which is seconds or a date; `None` when it says nothing that can be understood.

    Args:
        headers: with names in lower case.
        now: unix time, for a date.
    """
    said = headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        try:
            date = email.utils.parsedate_to_datetime(said)
        except ValueError:
            return None
        # The zone "-0000" is UTC, of a place that is not told.
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    return None if math.isnan(seconds) else min(max(0.0, seconds), MAX_RETRY_AFTER)
