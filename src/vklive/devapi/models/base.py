"""What all answers of the DevAPI have in common (vk.md 2.0 and 2.1)."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import UNSET, Struct, UnsetType

T = TypeVar("T")

TEXT = r"^[^\x00]*$"
"""The pattern of a text that a database is given: there, text has no NUL."""


class Model(Struct, kw_only=True, omit_defaults=False):
    """The base of all models."""


class Data(Model, Generic[T]):
    """Every successful answer that tells something: the payload under ``data``."""

    data: T


class Empty(Model):
    """Every successful answer that has nothing to tell: ``{}``."""


class Extra(Model):
    """Where a page ends.

    Attributes:
        offset: how many entries lie before the next page.
        is_last: whether there is no next page.
    """

    offset: int = 0
    is_last: bool = True


class Page(Model, Generic[T]):
    """A successful answer that is one page of a list."""

    data: T
    extra: Extra | UnsetType = UNSET


class ErrorBody(Model):
    """Every failed answer (``v1HttpError``). Whatever depends on the error is under ``data``, and rarely there."""

    error: str
    error_description: str = ""
