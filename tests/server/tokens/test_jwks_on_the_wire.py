"""Clients come with tokens whose keys have to be fetched first: a real server, a real endpoint, a real client."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from vklive.server.centrifugo.configuration import PubSubConfiguration, VerifyingSettings
from vklive.server.centrifugo.server import PubSubServer
from vklive.server.namespaces import Namespace

KEY, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))


def token(key: rsa.RSAPrivateKey = KEY, kid: str = "one", **claims: Any) -> str:
    return jwt.encode({"sub": "42", "iss": "https://idp/north", **claims}, key, algorithm="RS256", headers={"kid": kid})


def trusting(url: str) -> PubSubServer:
    tokens = VerifyingSettings(
        hmac_secret="does not count where there is an endpoint",
        jwks_endpoint=url + "/{{realm}}",
        issuer_regex="^https://idp/(?P<realm>[a-z]+)$",
    )
    return PubSubServer(
        PubSubConfiguration(host="127.0.0.1", port=0, tokens=tokens, namespaces=[Namespace(name="closed")])
    )


async def ask(server: PubSubServer, *commands: dict[str, Any]) -> list[Any]:
    """The replies to these commands, sent in one frame; the code with which the connection ends, if it does."""
    said: list[Any] = []
    async with connect(server.ws_url, proxy=None) as socket:
        await socket.send("\n".join(json.dumps({"id": number, **one}) for number, one in enumerate(commands, 1)))
        try:
            while len(said) < len(commands):
                said += [json.loads(line) for line in str(await socket.recv()).split("\n")]
        except ConnectionClosed as closed:
            said.append(closed.rcvd.code if closed.rcvd else None)
    return said


async def test_a_client_waits_for_the_key_and_so_do_its_next_commands(endpoint, jwk):
    endpoint.publish(jwk(KEY, "one"))
    async with trusting(endpoint.url) as server:
        connected, subscribed = await ask(
            server,
            {"connect": {"token": token()}},
            {"subscribe": {"channel": "closed:a", "token": token(channel="closed:a")}},
        )
    assert connected["connect"]["client"]
    assert subscribed == {"id": 2, "subscribe": {}}
    assert endpoint.asked == ["GET /keys/north HTTP/1.1"]


@pytest.mark.parametrize(
    "wrong",
    [
        token(OTHER),
        token(KEY, "two"),
        token(iss="https://idp/north/.."),
        jwt.encode({"sub": "42", "iss": "https://idp/north"}, KEY, algorithm="RS256"),
        jwt.encode({"sub": "42"}, "does not count where there is an endpoint", algorithm="HS256"),
    ],
    ids=["forged", "unknown key", "leads elsewhere", "no key named", "static secret"],
)
async def test_what_the_keys_have_not_signed_ends_the_connection_or_opens_nothing(endpoint, jwk, wrong):
    endpoint.publish(jwk(KEY, "one"))
    async with trusting(endpoint.url) as server:
        assert await ask(server, {"connect": {"token": wrong}}) == [3500]
        connected, refused = await ask(
            server, {"connect": {"token": token()}}, {"subscribe": {"channel": "closed:a", "token": wrong}}
        )
    assert "connect" in connected
    assert refused["error"]["code"] == 103


async def test_an_endpoint_that_is_away_makes_tokens_invalid_and_the_log_says_why(endpoint, caplog):
    caplog.set_level("INFO")
    endpoint.serve(b"", status="503 Away")
    async with trusting(endpoint.url) as server:
        assert await ask(server, {"connect": {"token": token()}}) == [3500]
    assert "it answered 503" in caplog.text
    for part in token().split("."):
        assert part not in caplog.text
