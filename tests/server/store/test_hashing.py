"""Secrets are kept as hashes, and tokens are long and random."""

from __future__ import annotations

import re

from vklive.server.store.hashing import hash_of, matches, new_token


def test_a_secret_matches_its_hash_and_no_other():
    assert matches("secret", hash_of("secret"))
    assert not matches("secre", hash_of("secret"))
    assert not matches(hash_of("secret"), hash_of("secret"))


def test_a_hash_is_64_digits():
    assert re.fullmatch(r"[0-9a-f]{64}", hash_of("секрет"))


def test_tokens_are_32_random_bytes_that_may_stand_in_a_url():
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(re.fullmatch(r"[\w-]{43}", token, re.ASCII) for token in tokens)
