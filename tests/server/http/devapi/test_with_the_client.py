"""The client's own methods against the server's: each half reads what the other writes."""

from __future__ import annotations

import pytest
from tests.server.http.devapi.broadcasts import settings_in

import vklive
from vklive.devapi.scopes import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("world"))


async def test_a_streamers_program_sees_and_changes_what_is_theirs(server):
    token = await server._store.issue_access_token(user_id=1, scopes=Scope)
    async with vklive.Client(access_token=token, api_url=server.url, ws_url=server.ws_url) as client:
        api = client.api
        assert (await api.user.current()).channels[0].url == "streamer"
        assert (await api.user.token()).type == "user"
        assert (await api.channels.credentials("streamer")).url == "rtmp://ingest.example/app"

        await api.channels.edit_stream("streamer", title="Another", category_id="talk")
        stream = (await api.streams.get("on")).stream
        assert stream is not None
        assert stream.category is not None
        assert (stream.title, stream.category.id) == ("Another", "talk")

        roles = await api.roles.all("streamer")
        await api.roles.set("streamer", user_id=11, roles=roles)
        assert await api.roles.of("streamer", user_id=11) == roles
        with pytest.raises(vklive.NotFoundError):
            await api.roles.set("streamer", user_id=11, roles=["unknown"])
        with pytest.raises(vklive.InvalidParamError):
            await api.channels.edit_stream("streamer", category_id="unknown")


async def test_what_there_is_to_watch_is_gone_through_page_by_page(server):
    async with vklive.Client(access_token="viewer", api_url=server.url, ws_url=server.ws_url) as client:
        api = client.api
        live = [each.channel.url async for each in api.catalog.online_channels(page_size=1)]
        about = [each.id async for each in api.catalog.online_categories(page_size=1)]
        found = await api.categories.search("ШАХ")
        records = [each.id async for each in api.records.of("streamer", page_size=1)]

        assert live == ["elsewhere", "streamer"]
        assert set(about) <= {"chess", "talk"}
        assert {each.id for each in found} == {"chess", "talk"}
        assert (await api.categories.get("chess")).title == "Шахматы"
        assert records == ["new", "old"]
        assert (await api.records.get("old")).duration == 3600
        assert (await api.channels.get("streamer", with_source_urls=True)).stream is not None
