"""What a client has counted, and the same for Prometheus."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import Raw
from prometheus_client.parser import text_string_to_metric_families
from tests.client.world import Listener, World, play

from vklive.client.metrics import exposition
from vklive.errors import ConnectError
from vklive.events import Gap, Listening
from vklive.protocol.messages import Publication
from vklive.testing.clock import EPOCH

CHAT = (
    b'{"type":"channel_chat_message_send","data":'
    b'{"chat_message":{"id":1,"author":{"id":2,"nick":"n"},"created_at":%d}}}'
)


def test_a_client_counts_what_happens_to_it() -> None:
    async def scene(world: World) -> None:
        world.ttl = 100
        async with world.client(queue_limit=3) as client:
            async with client.listen("streamer", topics={"chat", "limited_chat"}) as stream:
                listener = Listener(stream)
                await listener.next(Listening)
                await listener.next(Listening)
                await asyncio.sleep(95)  # both tokens are renewed
                world.connect_faults = [ConnectError("pubsub.test", phase="dns", problem="no such host")]
                world.cut()
                await listener.next(Gap)
                await asyncio.sleep(1)
                now = world.clock.wall()
                await world.node.publish("open:chat", Publication(data=Raw(CHAT % (now - 2))))
                for number in range(4):
                    await world.publish("limited:chat", number)
                await asyncio.sleep(1)
                stats = client.stats()
                (connection,), (of_stream,) = stats.connections, stats.streams
                assert (connection.attempts, connection.connects) == (3, 2)
                assert connection.reconnects == {"lost": 1, "dns": 1}
                assert connection.refreshes == {"connection": 1, "subscription": 1}
                assert connection.refusals == {}
                assert connection.last_byte == pytest.approx(1, abs=0.1)
                assert (of_stream.queued, of_stream.limit, of_stream.dropped) == (3, 3, 2)
                chat, limited = of_stream.topics
                assert (chat.topic, chat.events, chat.gaps, limited.events) == ("chat", 1, 1, 4)
                assert chat.delay == pytest.approx(2, abs=1.1)
                assert limited.delay is None
                assert limited.last_event is not None
                assert limited.last_event.timestamp() == pytest.approx(EPOCH + world.clock.monotonic() - 1, abs=0.1)

                text = exposition(stats=client.stats, health=client.health).decode()
                samples = {
                    (sample.name, *sample.labels.values()): sample.value
                    for family in text_string_to_metric_families(text)
                    for sample in family.samples
                }
                assert samples["vklive_client_ok",] == 1
                assert samples["vklive_client_reconnects_total", "dns"] == 1
                assert samples["vklive_client_token_refreshes_total", "subscription", "ok"] == 1
                assert samples["vklive_client_events_total", "streamer", "limited_chat"] == 4
                assert samples["vklive_client_gaps_total", "streamer", "chat"] == 1
                assert samples["vklive_client_dropped_events_total", "streamer"] == 2
                assert samples["vklive_client_queued_events", "streamer"] == 3

    play(scene)
