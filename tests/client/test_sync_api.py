"""The DevAPI without asyncio: the same names, and nothing to await."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from tests.client.api.scripted import DONE, Http, api_over, data, page, refused

import vklive
from vklive.client.devapi import DevApi
from vklive.client.loop_thread import LoopThread
from vklive.client.sync_api import SyncDevApi
from vklive.errors import ChannelNotFoundError, LocalProtocolError, UnavailableError


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    made = LoopThread()
    made.start()
    yield made
    made.stop()


def sync_api(thread: LoopThread, http: Http) -> SyncDevApi:
    return SyncDevApi(api_over(http), thread=thread)


def public(area: object) -> dict[str, Any]:
    return {name: getattr(area, name) for name in dir(area) if not name.startswith("_")}


def same(area: object, twin: object) -> None:
    names = public(area)
    assert set(public(twin)) == set(names)
    for name, value in public(twin).items():
        if inspect.ismethod(names[name]):
            assert not inspect.iscoroutinefunction(value)
            assert inspect.signature(value) == inspect.signature(names[name])
            assert value.__doc__ == names[name].__doc__
        else:
            same(names[name], value)


def test_every_area_has_the_same_methods_with_the_same_arguments():
    api = api_over(Http())
    twin = SyncDevApi(api, thread=LoopThread())
    for area in set(public(api)) - {"credentials"}:
        same(getattr(api, area), getattr(twin, area))
    assert set(public(twin)) == set(public(api)) - {"credentials"}


def test_a_call_waits_for_its_answer_or_error(thread):
    http = Http(
        data(channel={"id": 1, "url": "streamer"}, stream={"id": "s-1"}), DONE, refused(404, "channel_not_found")
    )
    api = sync_api(thread, http)
    api.chat.send("streamer", "hello")
    assert http.asked[1].body == {"parts": [{"text": {"content": "hello"}}]}
    with pytest.raises(ChannelNotFoundError):
        api.channels.get("nobody")


def demand(number: int) -> dict[str, Any]:
    return {"id": number, "user": {"id": 9}, "reward": {"id": "w"}}


def test_pages_are_a_plain_iterator_that_goes_on_after_an_error(thread):
    more = {"offset": 2, "is_last": False}
    http = Http(
        page(extra=more, demands=[demand(1), demand(2)]),
        refused(503, "service_unavailable"),
        page(extra={"offset": 3, "is_last": True}, demands=[demand(3)]),
    )
    demands = sync_api(thread, http).points.demands("streamer", page_size=2)
    assert [next(demands).id, next(demands).id] == [1, 2]
    with pytest.raises(UnavailableError):
        next(demands)
    assert [each.id for each in demands] == [3]
    assert list(demands) == []


def test_pages_that_are_left_leave_nothing_behind(thread):
    http = Http(page(extra={"offset": 2, "is_last": False}, demands=[demand(1), demand(2)]))
    for each in sync_api(thread, http).points.demands("streamer", page_size=2):
        assert each.id == 1
        break


def test_a_client_that_is_not_open_says_what_to_do():
    client = vklive.SyncClient(access_token="t")
    with pytest.raises(LocalProtocolError, match="use it with `with`"):
        client.api.channels.get("streamer")
    with pytest.raises(LocalProtocolError, match="use it with `with`"):
        next(client.api.points.demands("streamer"))


def test_a_source_of_credentials_that_calls_the_client_is_told_and_does_not_hang():
    class Source:
        is_user = True

        async def authorization(self) -> str:
            client.user.current()
            raise AssertionError

    thread = LoopThread()
    thread.start()
    client = SyncDevApi(api_over(Http(), credentials=Source()), thread=thread)
    with pytest.raises(LocalProtocolError, match="its own loop"):
        client.user.current()
    thread.stop()


def test_both_clients_have_one():
    assert isinstance(vklive.Client(access_token="t").api, DevApi)
    assert isinstance(vklive.SyncClient(access_token="t").api, SyncDevApi)
