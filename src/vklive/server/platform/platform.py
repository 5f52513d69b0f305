"""The platform as a whole: its areas, on one store."""

from __future__ import annotations

from collections.abc import Sequence

from vklive.server.platform import requests, subscriptions
from vklive.server.platform.acting import Acting, Deafen, Outbox, Publish
from vklive.server.platform.catalog import Catalog
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat import Chat, Listeners
from vklive.server.platform.points.points import Points
from vklive.server.platform.records import Records
from vklive.server.platform.roles import Roles
from vklive.server.platform.stream import Streams
from vklive.server.platform.upkeep import Upkeep
from vklive.server.platform.users import Users
from vklive.server.platform.websocket import WebSocketTokens
from vklive.server.settings import DevApiSettings
from vklive.server.source_urls import SourceUrls
from vklive.server.store import Store
from vklive.server.tasks import Tasks
from vklive.server.tokens import Issuer


class Platform:
    """All areas.

    Args:
        store: users, applications, channels, and everything that they do.
        issuer: signs the tokens of the pub/sub.
        publish: tells of events over the pub/sub.
        deafen: ends what somebody may hear no longer; `None` where nobody hears anything.
        settings: limits.
        listeners: says who is connected to a ws channel here.
        tasks: where something runs beside the calls.
        outboxes: tell of events in other ways.

    Attributes:
        acting: how something is done that changes the store.
        catalog: see `vklive.server.platform.catalog`.
        channels: see `vklive.server.platform.channels`.
        chat: see `vklive.server.platform.chat`.
        records: see `vklive.server.platform.records`.
        roles: see `vklive.server.platform.roles`.
        points: see `vklive.server.platform.points`.
        store: see above.
        streams: see `vklive.server.platform.stream`.
        tokens: see `vklive.server.platform.websocket`.
        upkeep: is to be run as long as the server.
        users: see `vklive.server.platform.users`.
    """

    def __init__(
        self,
        store: Store,
        issuer: Issuer,
        *,
        publish: Publish,
        deafen: Deafen | None = None,
        settings: DevApiSettings,
        listeners: Listeners = lambda _: (),
        tasks: Tasks | None = None,
        outboxes: Sequence[Outbox] = (),
    ) -> None:
        self.store = store
        self.acting = Acting(store.database, publish, deafen=deafen, outboxes=outboxes)
        sources = SourceUrls(settings.stream_source_url)
        self.channels = Channels(store, sources=sources)
        self.chat = Chat(
            store.database,
            store,
            self.acting,
            self.channels,
            listeners=listeners,
            retention=settings.chat_retention,
            tasks=tasks or Tasks(),
        )
        self.catalog = Catalog(store)
        self.records = Records(store.database, self.channels, sources=SourceUrls(settings.record_source_url))
        self.roles = Roles(store.database, self.channels, self.acting)
        self.streams = Streams(store.database, self.channels, self.acting, sources=sources, rtmp_url=settings.rtmp_url)
        self.users = Users(store.database)
        self.points = Points(self.channels, store.database, self.acting, self.chat.archive)
        self.tokens = WebSocketTokens(store, issuer, limit=settings.max_subscription_tokens)
        self.upkeep = Upkeep(
            {
                "ending subscriptions": lambda: subscriptions.end_run_out(self.acting),
                "forgetting requests": lambda: requests.forget_old(self.acting),
            }
        )
