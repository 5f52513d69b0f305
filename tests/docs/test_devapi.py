"""The examples of docs/devapi.md run, and its tables are those of the code."""

from __future__ import annotations

import re
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from tests.client.api.scripted import DONE, Asked, Http, api_over, data, page
from tests.client.api.test_methods import methods
from tests.docs.blocks import blocks

import vklive
from vklive.client.api.caller import RATE_DELAY, SEND_DELAY
from vklive.client.api.chat import STREAM_FRESHNESS
from vklive.client.api.lanes import MAX_SENDS
from vklive.client.api.pages import MAX_PAGE_SIZE
from vklive.client.devapi import DEFAULT_PATIENCE
from vklive.client.http import HttpResponse
from vklive.devapi.errors import ApiError
from vklive.errors import DevApiError
from vklive.testing.factories import chat_message
from vklive.testing.fake_server import FakeServer
from vklive.testing.loop import run_virtual

PAGE = Path(__file__).parents[2] / "docs" / "devapi.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([\w.]+)\(.*?\)` \| .*? \| `(\w+) (\S+)` \| (?:`(\S+)`)? ?\| (?:yes)? ?\|$", re.MULTILINE)


def example(name: str) -> dict[str, Any]:
    (block,) = [each for each in blocks(PAGE) if each.role == f"file: {name}"]
    names: dict[str, Any] = {}
    exec(compile(block.text, name, "exec"), names)
    return names


def test_the_report_is_of_the_channel_and_its_chat() -> None:
    server = FakeServer()
    server.add_channel("streamer", nick="Ann")
    said: list[str] = []

    async def scene() -> None:
        await server.publish("streamer", chat_message("hello", author="Bob"))
        async with server.client() as client:
            await example("report.py")["report"](client, "https://live.vkvideo.ru/streamer", said.append)
            await example("report.py")["report"](client, "nobody", said.append)

    server.run(scene())
    assert said == ["Ann is off", "Bob: hello", "there is no nobody"]


def test_the_wishes_are_told_and_accepted() -> None:
    def demand(number: int, status: str) -> dict[str, Any]:
        parts = [{"text": {"content": f"song {number}"}}]
        return {"id": number, "user": {"id": 9}, "reward": {"id": "w"}, "status": status, "message_parts": parts}

    def answer(asked: Asked) -> HttpResponse:
        match asked.path:
            case "/v1/channel_point/reward/demands":
                demands = [demand(1, "pending"), demand(2, "approved"), demand(3, "pending")]
                return page(extra={"offset": 3, "is_last": True}, demands=demands)
            case "/v1/channel":
                return data(channel={"id": 1, "url": "streamer"}, stream={"id": "s-1"})
            case _:
                return DONE

    http = Http(route=answer)
    client = vklive.Client(access_token="t")
    client.api = api_over(http)
    run_virtual(example("wishes.py")["fulfil"](client, "streamer"))
    assert [(each.path, each.body) for each in http.asked if each.method == "POST"] == [
        ("/v1/chat/message/send", {"parts": [{"mention": {"id": 9}}, {"text": {"content": ", song 1: done!"}}]}),
        ("/v1/chat/message/send", {"parts": [{"mention": {"id": 9}}, {"text": {"content": ", song 3: done!"}}]}),
        ("/v1/channel_point/reward/demand/accept", {"demands": [{"id": 1}, {"id": 3}]}),
    ]


def test_the_table_has_every_method_with_its_scope() -> None:
    told = {(verb, path, scope or None) for _, verb, path, scope in ROW.findall(TEXT)}
    assert told == {(each.verb, each.path, each.scope) for each in methods()}


@pytest.mark.parametrize("call", [call for call, *_ in ROW.findall(TEXT)])
def test_every_call_of_the_table_is_there(call: str) -> None:
    assert callable(attrgetter(call)(vklive.Client(access_token="t").api))


def test_the_table_of_errors_has_every_class() -> None:
    table = TEXT.partition("## Errors")[2].partition("No answer")[0]
    told = set(re.findall(r"`(\w+Error)`", table)) - {"DevApiError"}
    classes = {
        name
        for name in vklive.__all__
        if isinstance(kind := getattr(vklive, name), type) and issubclass(kind, DevApiError)
    }
    assert told == classes - {"DevApiError"}
    assert set(re.findall(r"^\| (\d+) \|", table, re.MULTILINE)) == {
        str(each.status) for each in ApiError if each.status < 500
    }


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    assert f"from 1 to {MAX_PAGE_SIZE};" in TEXT
    assert f"Client(patience={DEFAULT_PATIENCE:g})" in TEXT
    assert f"; {MAX_SENDS} may wait" in TEXT
    assert f"again after {STREAM_FRESHNESS:g} s" in TEXT
    assert f"after {RATE_DELAY:g} to {2 * RATE_DELAY:g} s" in TEXT
    assert f"or {SEND_DELAY:g} to {2 * SEND_DELAY:g} s" in TEXT
