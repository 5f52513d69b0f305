"""Passwords for the command line: typed, or read from a pipe; never an argument, which others can read."""

from __future__ import annotations

import sys

import click


def asked_password() -> str:
    """The password that somebody types twice, or the first line of what is piped in."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
