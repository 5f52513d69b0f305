"""Durations on the command line."""

from __future__ import annotations

import math

import click


def seconds(text: str) -> float:
    """A number of seconds, greater than 0 and finite; to be given to an option as its type.

    Raises:
        click.BadParameter: when it is anything else.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise click.BadParameter(f"{text!r} is not a number of seconds greater than 0.")
    return value
