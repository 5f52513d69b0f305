"""The fixtures that come with vklive, as pytest itself finds them."""

from __future__ import annotations

import sys

import pytest

from vklive.client import Client
from vklive.errors import MissingExtraError
from vklive.testing.fake_server import FakeServer


def test_they_are_there_without_an_import(vklive_server: FakeServer, vklive_client: Client) -> None:
    async def scene():
        return await vklive_client.api.channels.get("streamer")

    assert vklive_server.run(scene()).channel.url == "streamer"
    assert isinstance(vklive_client, Client)


def test_each_test_has_its_own(vklive_server: FakeServer) -> None:
    assert vklive_server.attempts == 0
    assert vklive_server.asked == []


def test_who_has_not_installed_the_server_is_told_how(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vklive.testing.fake_server", None)
    with pytest.raises(MissingExtraError, match="testing"):
        request.getfixturevalue("vklive_server")
