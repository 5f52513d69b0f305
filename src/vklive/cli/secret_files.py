"""Secrets in files, where the machine's other users cannot read them as they can a command line."""

from __future__ import annotations

from pathlib import Path

from vklive.errors import ConfigError


def read_secret(path: Path) -> str:
    """The secret in a file, without the white space around it.

    Raises:
        ConfigError: when the file cannot be read or holds nothing.
    """
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(str(path), f"cannot be read: {problem}") from None
    if not secret:
        raise ConfigError(str(path), "is empty", hint="write the secret into it")
    return secret
