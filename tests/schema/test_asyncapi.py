"""The AsyncAPI document: one to its makers' own parser, and true."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import missing

from vklive import DEFAULT_WS_URL
from vklive.devapi.topics import Topic
from vklive.events import registered
from vklive.schema import PubSubAddress, asyncapi_document

HERE = Path(__file__).parent
PEER = Path(sys.prefix) / "peers" / "asyncapi"
ERROR, WARNING = 0, 1


@pytest.fixture(scope="module")
def document() -> Any:
    servers = {
        "vk": PubSubAddress(url=DEFAULT_WS_URL, description="The real one."),
        "local": PubSubAddress(url="ws://127.0.0.1:8000/connection/websocket", description="Ours."),
    }
    return json.loads(json.dumps(asyncapi_document(servers)))


def parsed(document: object) -> Any:
    """What the official parser finds."""
    node = shutil.which("node")
    if node is None:
        missing("node", package="nodejs")
    if not (PEER / "node_modules" / "@asyncapi" / "parser").exists():
        missing("the parser of AsyncAPI", package="npm (make test installs @asyncapi/parser with it)")
    done = subprocess.run(
        [node, str(HERE / "parse_asyncapi.mjs")],
        input=json.dumps(document),
        env={"PEER_FOLDER": str(PEER), "PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_official_parser_finds_nothing_wrong(document):
    read = parsed(document)

    assert [each for each in read["found"] if each["severity"] in {ERROR, WARNING}] == []
    assert read["version"] == "3.0.0"
    assert read["operations"] == {
        f"hear_{topic}": [event_type for event_type, cls in registered().items() if topic in cls.topics]
        for topic in Topic
    }


def test_it_would_find_what_is_wrong(document):
    broken = document | {"operations": {"hear_chat": {"action": "listen", "channel": {"$ref": "#/channels/nowhere"}}}}

    assert any(each["severity"] == ERROR for each in parsed(broken)["found"])


def test_there_is_a_channel_for_each_topic_and_its_name_is_a_parameter(document):
    assert set(document["channels"]) == set(Topic)
    for topic, channel in document["channels"].items():
        assert channel["address"] == f"{{{topic}}}"
        assert "opaque" in channel["parameters"][topic]["description"]


def test_what_only_some_may_hear_says_which_token_it_needs(document):
    for topic in Topic:
        named = "subscriptionToken" in json.dumps(document["operations"][f"hear_{topic}"])
        assert named == topic.is_limited
    assert all("connectionToken" in json.dumps(server["security"]) for server in document["servers"].values())


def test_a_server_is_an_address_in_pieces(document):
    assert document["servers"]["vk"]["protocol"] == "wss"
    assert document["servers"]["vk"]["host"] == "pubsub-dev.live.vkvideo.ru"
    assert document["servers"]["vk"]["pathname"] == "/connection/websocket"
    assert document["servers"]["local"]["host"] == "127.0.0.1:8000"
    query = document["channels"]["chat"]["bindings"]["ws"]["query"]["properties"]
    assert {key: each["const"] for key, each in query.items()} == {"format": "json", "cf_protocol_version": "v2"}


def test_every_event_is_a_message_and_says_how_certain_it_is(document):
    messages = document["components"]["messages"]

    assert {name: each["x-certainty"] for name, each in messages.items()} == {
        event_type: cls.certainty for event_type, cls in registered().items()
    }
    assert all(each["payload"]["properties"]["type"]["const"] == name for name, each in messages.items())
