"""Passwords as they are stored: scrypt, salted, with its parameters beside it, so that they can be raised later."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import unicodedata

COST, BLOCK_SIZE, PARALLELISM = 2**14, 8, 5
"""scrypt's N, r and p: a tenth of a second and 16 MiB for each try, as OWASP's cheat sheet on passwords has it."""

MEMORY_LIMIT = 64 * 1024 * 1024
"""Bytes that one try may take, whatever parameters are stored."""

SALT_BYTES, HASH_BYTES = 16, 32

MIN_LENGTH, MAX_LENGTH = 8, 1024
"""Characters of a password. Fewer are guessed; the most is what nobody types."""

_STORED = re.compile(r"scrypt\$(\d{1,9})\$(\d{1,4})\$(\d{1,4})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)")


def password_hash(password: str) -> str:
    """A password as it is stored. It takes a tenth of a second, so not in the event loop.

    Raises:
        ValueError: it is too short or too long; the text does not repeat it.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise ValueError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
    salt = secrets.token_bytes(SALT_BYTES)
    key = _scrypt(password, salt, cost=COST, block_size=BLOCK_SIZE, parallelism=PARALLELISM)
    encoded = "$".join(base64.b64encode(part).decode() for part in (salt, key))
    return f"scrypt${COST}${BLOCK_SIZE}${PARALLELISM}${encoded}"


def is_password(password: str, stored: str) -> bool:
    """Whether it is the password that is stored. Slow, too; how long it takes does not tell how much of it is right.

    Args:
        password: what somebody typed.
        stored: what `password_hash` gave. An empty or damaged one is nobody's password, and takes as long.
    """
    found = _STORED.fullmatch(stored)
    if found is None or len(password) > MAX_LENGTH:
        _scrypt("", bytes(SALT_BYTES), cost=COST, block_size=BLOCK_SIZE, parallelism=PARALLELISM)
        return False
    cost, block_size, parallelism = map(int, found.groups()[:3])
    try:
        salt, known = (base64.b64decode(part, validate=True) for part in found.groups()[3:])
        key = _scrypt(password, salt, cost=cost, block_size=block_size, parallelism=parallelism)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(key, known)


def _scrypt(password: str, salt: bytes, *, cost: int, block_size: int, parallelism: int) -> bytes:
    # One letter may be typed as one character or as two, by keyboards that mean the same.
    typed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=cost, r=block_size, p=parallelism, maxmem=MEMORY_LIMIT, dklen=HASH_BYTES)
