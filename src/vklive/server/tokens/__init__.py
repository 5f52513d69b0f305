"""The JWTs that open the pub/sub: how they are signed, issued and checked.

Source: centrifugo.md 5, which tells what Centrifugo v4.1.5 does. A *connection token* says who connects, a
*subscription token* says who may hear one ws channel. Both are JSON Web Tokens. `vklive serve` signs and checks them
with one key of its own (`TokenKeys`); a pub/sub alone only checks what others sign (`VerifyingKeys`, or `JwksKeys` of
`vklive.server.tokens.jwks`, which is not imported here because it brings a client of HTTP).
"""

from __future__ import annotations

from vklive.server.tokens.claims import (
    ConnectionClaims,
    InvalidTokenError,
    Override,
    SubscriptionClaims,
    SubscriptionGrant,
    TokenExpiredError,
)
from vklive.server.tokens.issuer import Issuer
from vklive.server.tokens.keys import TokenKeys
from vklive.server.tokens.verifier import Verifier
from vklive.server.tokens.verifying import VerifyingKeys

__all__ = [
    "ConnectionClaims",
    "InvalidTokenError",
    "Issuer",
    "Override",
    "SubscriptionClaims",
    "SubscriptionGrant",
    "TokenExpiredError",
    "TokenKeys",
    "Verifier",
    "VerifyingKeys",
]
