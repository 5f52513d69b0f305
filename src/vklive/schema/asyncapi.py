"""The whole system as an AsyncAPI 3.0 document: where one connects, with which tokens, and what is heard where.

It is written from the side of a program that listens: its operations *receive*.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from vklive._version import __version__
from vklive.devapi.topics import Topic
from vklive.events import EventData, registered
from vklive.schema.docstrings import summary
from vklive.schema.json_schema import JsonObject, schemas_of

ASYNCAPI = "3.0.0"
"""The version of AsyncAPI."""

_ABOUT = """\
The events of VK Video Live over its pub/sub, a Centrifugo v4, as a program hears them. In five steps:

1. `GET /v1/websocket/token` of the DevAPI gives a token for the connection.
2. Connect to the server, and give that token in the `connect` command of the Centrifuge protocol v2.
3. `GET /v1/channel?channel_url=…` gives the names of the ws channels of a streamer's channel, by topic, under
   `web_socket_channels`.
4. Subscribe. A limited topic needs a token from `GET /v1/websocket/subscription_token?channels=…`.
5. Receive. A payload of this document is under `push.pub.data` of Centrifugo's envelope.

The official list of events is not public. `x-certainty` says how certain it is that an event comes over the WebSocket:
`certain`, `likely`, `probable`, or `inferred` from a WebHook; `x-heard-in` says in which way of delivery it was seen.
An event of a type that is not here is to be expected, and to be ignored."""

_HEARD: Mapping[Topic, tuple[str, str]] = {
    Topic.CHAT: ("the chat, for everybody", "api-channel-chat:1001"),
    Topic.PRIVATE_CHAT: ("what only the user who asks may see of the chat", "api-channel-chat:1001#2002"),
    Topic.INFO: ("what happens to the channel: follows, raids, the stream", "api-channel-info:1001"),
    Topic.PRIVATE_INFO: ("what happens to the channel, only for the user who asks; no event of it is known", ""),
    Topic.CHANNEL_POINTS: ("rewards and their demands, for everybody", ""),
    Topic.PRIVATE_CHANNEL_POINTS: (
        "rewards and their demands, only for the user who asks",
        "api-channel-points:1001#2002",
    ),
    Topic.LIMITED_CHAT: ("the chat of a stream that not everybody may hear", ""),
    Topic.LIMITED_PRIVATE_CHAT: ("what only the user who asks may see of such a chat", ""),
}
"""What each topic is for, and a name as somebody has seen it (vk.md 3.3); empty where nobody has."""


class PubSubAddress(Struct, frozen=True, kw_only=True):
    """Where a pub/sub is.

    Attributes:
        url: of its WebSocket, with the query that it wants.
        description: whose it is.
    """

    url: str
    description: str


def asyncapi_document(servers: Mapping[str, PubSubAddress]) -> JsonObject:
    """The document, for all events that are registered.

    Args:
        servers: the pub/subs, by a name for people; each takes the same query.
    """
    classes = registered()
    schemas = schemas_of(classes.values(), at="#/components/schemas/{name}")
    return {
        "asyncapi": ASYNCAPI,
        "info": {"title": "VK Video Live: events", "version": __version__, "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {name: _server(address) for name, address in servers.items()},
        "channels": {topic.value: _channel(topic, servers) for topic in Topic},
        "operations": {f"hear_{topic.value}": _operation(topic) for topic in Topic},
        "components": {
            "messages": {each: _message(cls, schemas.payloads[each]) for each, cls in classes.items()},
            "schemas": schemas.definitions,
            "securitySchemes": {
                "connectionToken": _token("GET /v1/websocket/token", "connect"),
                "subscriptionToken": _token("GET /v1/websocket/subscription_token", "subscribe"),
            },
        },
    }


def _server(address: PubSubAddress) -> JsonObject:
    parts = urlsplit(address.url)
    query = f" The query is `{parts.query}`." if parts.query else ""
    return {
        "host": parts.netloc,
        "pathname": parts.path,
        "protocol": parts.scheme,
        "description": address.description + query,
        "security": [{"$ref": "#/components/securitySchemes/connectionToken"}],
    }


def _channel(topic: Topic, servers: Mapping[str, PubSubAddress]) -> JsonObject:
    heard, example = _HEARD[topic]
    return {
        # The name of a parameter of its own makes each address another one, as AsyncAPI wants it.
        "address": f"{{{topic.value}}}",
        "title": topic.value,
        "summary": heard[0].upper() + heard[1:] + ".",
        "description": _access(topic),
        "parameters": {
            topic.value: {
                "description": f"The name of the ws channel: `web_socket_channels.{topic.value}` of `GET /v1/channel`. "
                "Names are opaque: take them from there, and never build one. An empty one is none.",
                **({"examples": [example]} if example else {}),
            }
        },
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in _types_of(topic)},
        "bindings": {"ws": {"query": _query(servers)}},
    }


def _access(topic: Topic) -> str:
    whose = "It belongs to the user who asks." if topic.is_private else "It is the same for all who may hear it."
    return whose + (" It needs a subscription token." if topic.is_limited else "")


def _query(servers: Mapping[str, PubSubAddress]) -> JsonObject:
    wanted = dict(pair for address in servers.values() for pair in parse_qsl(urlsplit(address.url).query))
    return {"type": "object", "properties": {key: {"type": "string", "const": value} for key, value in wanted.items()}}


def _operation(topic: Topic) -> JsonObject:
    limited = {"security": [{"$ref": "#/components/securitySchemes/subscriptionToken"}]} if topic.is_limited else {}
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{topic.value}"},
        "summary": f"Hear {_HEARD[topic][0]}.",
        "messages": [{"$ref": f"#/channels/{topic.value}/messages/{each}"} for each in _types_of(topic)],
        **limited,
    }


def _message(cls: type[EventData], payload: JsonObject) -> JsonObject:
    about = {key: value for key, value in payload.items() if key == "description" or key.startswith("x-")}
    return {
        "name": cls.event_type,
        "title": cls.__name__,
        "summary": summary(cls),
        **about,
        "payload": {key: value for key, value in payload.items() if key not in about},
    }


def _token(method: str, command: str) -> JsonObject:
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": f"From `{method}` of the DevAPI. It is `token` of the `{command}` command, and in no header.",
    }


def _types_of(topic: Topic) -> list[str]:
    return [event_type for event_type, cls in registered().items() if topic.value in cls.topics]
