"""What makes sure that a form was given to the browser that sends it, for the request that it is sent for.

Every browser has a cookie of its own from its first page on, and another one once somebody has signed in. The token in
a form is made of it, so nothing is stored, and a page of another origin, which cannot read the cookie, cannot make one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from enum import StrEnum


class Form(StrEnum):
    """What a form does."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    DECISION = "decision"


def form_token(cookie: str, form: Form, parameters: Mapping[str, str]) -> str:
    """The token of a form.

    Args:
        cookie: of the browser.
        form: what it does.
        parameters: of the request that it belongs to.
    """
    said = json.dumps([form.value, sorted(parameters.items())]).encode()
    return hmac.new(cookie.encode(), said, hashlib.sha256).hexdigest()


def is_genuine(token: str, *, cookie: str, form: Form, parameters: Mapping[str, str]) -> bool:
    """Whether it is the token of that form. Without a cookie none is."""
    return bool(cookie) and hmac.compare_digest(form_token(cookie, form, parameters).encode(), token.encode())
