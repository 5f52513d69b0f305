"""Passwords as they are stored."""

from __future__ import annotations

import base64
import hashlib

import pytest

from vklive.server.store.passwords import MAX_LENGTH, is_password, password_hash


def test_a_password_is_known_again_and_another_is_not():
    stored = password_hash("correct horse")

    assert is_password("correct horse", stored)
    assert not is_password("correct hors", stored)
    assert not is_password("", stored)
    assert "horse" not in stored


def test_the_same_password_is_stored_differently_each_time():
    assert password_hash("correct horse") != password_hash("correct horse")


def test_a_letter_is_the_same_however_it_was_typed():
    assert is_password("été à la mer", password_hash("e\u0301te\u0301 a\u0300 la mer"))


def test_what_was_stored_with_other_parameters_is_still_known():
    cheap = "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$"
    key = hashlib.scrypt(b"correct horse", salt=b"saltsaltsaltsalt", n=2, r=8, p=1, dklen=32)
    assert is_password("correct horse", cheap + base64.b64encode(key).decode())


@pytest.mark.parametrize("password", ["", "seven..", "x" * (MAX_LENGTH + 1)])
def test_a_password_is_neither_short_nor_endless(password):
    with pytest.raises(ValueError, match="8 to 1024"):
        password_hash(password)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "scrypt",
        "correct horse",
        "scrypt$16384$8$5$$",
        "scrypt$16384$8$5$c2FsdA==$",
        "scrypt$16383$8$5$c2FsdA==$c2FsdA==",
        "scrypt$999999999$8$5$c2FsdA==$c2FsdA==",
        "scrypt$16384$8$5$c2FsdA=$c2FsdA==",
        "md5$16384$8$5$c2FsdA==$c2FsdA==",
    ],
)
def test_what_is_no_hash_is_nobodys_password(stored):
    assert not is_password("", stored)
    assert not is_password("correct horse", stored)


def test_a_password_without_end_is_nobodys():
    assert not is_password("x" * (MAX_LENGTH + 1), password_hash("x" * MAX_LENGTH))
