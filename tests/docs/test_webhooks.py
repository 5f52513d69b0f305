"""The receiver of docs/webhooks.md, run as it stands on the page, and told by a real request."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from litestar.testing import AsyncTestClient
from tests.docs.blocks import blocks

from vklive.devapi.webhooks import WebhookStatus, signature_of

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
EVENT = {
    "id": "1",
    "time": 1780000000,
    "user_id": 1,
    "type": "channel_follow_create",
    "data": {"channel": {"url": "streamer"}, "owner": {"id": 1}, "follow": {"follower": {"id": 2, "nick": "Ann"}}},
}


async def test_the_receiver_of_the_page_is_told_of_a_follower(tmp_path, monkeypatch, capsys):
    (block,) = blocks(PAGE)
    file = tmp_path / block.role.removeprefix("file: ")
    file.write_text(block.text, encoding="utf-8")
    monkeypatch.setenv("SIGNATURE_KEY", "the-key")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("receiver")
    monkeypatch.delitem(sys.modules, "receiver")
    event = msgspec.json.encode(EVENT).decode()
    body = urlencode({"event": event, "signature": signature_of(event, "the-key")})

    async with AsyncTestClient(module.app) as http:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await http.post("/hook", content=body, headers=headers)

    assert (answer.status_code, answer.json()) == (200, {"id": "1", "status": "ok"})
    assert capsys.readouterr().out == "streamer is followed by Ann\n"


def test_the_page_names_every_status_that_a_handler_may_say():
    said = PAGE.read_text(encoding="utf-8")

    assert all(
        f"WebhookStatus.{status.name}" in said for status in (WebhookStatus.NOT_LINKED, WebhookStatus.UNPROCESSABLE)
    )
