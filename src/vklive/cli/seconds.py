"""Durations on the command line."""

from __future__ import annotations

import math

import click

MAX_SECONDS = 10 * 365 * 24 * 3600.0
"""Ten years: more is a slip of the hand, and much more is no date at all."""


def seconds(text: str) -> float:
    """A number of seconds, greater than 0 and at most ten years; to be given to an option as its type.

    Raises:
        click.BadParameter: when it is anything else.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= MAX_SECONDS:
        raise click.BadParameter(f"{text!r} is not a number of seconds between 0 and {MAX_SECONDS:.0f}.")
    return value
