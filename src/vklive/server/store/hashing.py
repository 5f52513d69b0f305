"""How secrets are kept: as their hash, from which they cannot be told.

SHA-256 without salt and rounds is enough for what is hashed here, since it is random and long: nobody can try 2^256
values, fast or slow. It would not do for passwords that people make up: those are in `vklive.server.store.passwords`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
"""Random bytes in an access token."""


def new_token() -> str:
    """A fresh access token: 43 characters that may stand in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(secret: str) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, known_hash: str) -> bool:
    """Whether `secret` has that hash; the time that it takes does not tell how much of it is right."""
    return hmac.compare_digest(hash_of(secret), known_hash)
