"""The DevAPI of VK Video Live, all of it.

Source: the pages "method/*" and "errors" of its documentation, and for those without a copy its consumers (vk.md 2).
"""

from __future__ import annotations

from vklive.client.api.caller import Caller
from vklive.client.api.catalog import CatalogApi
from vklive.client.api.categories import CategoriesApi
from vklive.client.api.channels import ChannelsApi
from vklive.client.api.chat import ChatApi
from vklive.client.api.points import PointsApi
from vklive.client.api.records import RecordsApi
from vklive.client.api.roles import RolesApi
from vklive.client.api.streams import StreamsApi
from vklive.client.api.users import UserApi
from vklive.client.api.websocket import WebSocketApi
from vklive.client.credentials import TokenSource
from vklive.client.http import HttpTransport
from vklive.clock import Clock, SystemClock

DEFAULT_API_URL = "https://apidev.live.vkvideo.ru"

DEFAULT_PATIENCE = 60.0
"""Seconds in which a call that came too soon is made again: long enough for what a limit is counted by, a minute."""


class DevApi:
    """Calls the DevAPI, an area an attribute.

    Every method raises `vklive.errors.DevApiError` or one of its kinds for an answer that is an error, and
    `vklive.errors.ConnectError` when there is no answer. A 401 is answered by renewing the credentials, where they can
    be, and asking once more. After a 429 or a ``send_too_fast`` the call is made again when the server says so, or,
    where it says nothing, after a delay that grows (`vklive.client.api.caller`). When that is not within `patience`,
    the error is raised at once. Nothing else is repeated: what has had no answer may have been done.

    Args:
        credentials: who calls.
        base_url: where the API is, without ``/v1``.
        http: makes the requests.
        timeout: seconds for each of them.
        patience: seconds after its beginning in which a call may be made again; 0 for not at all.
        clock: the wall clock, for dates in answers.

    Attributes:
        credentials: who calls.
        catalog: what is on now.
        categories: what streams can be about.
        channels: channels, and what their owners may do.
        chat: what is said, and how.
        points: channel points, rewards, and demands for them.
        records: what was recorded.
        roles: what a channel calls its viewers.
        streams: streams by their ids.
        user: who calls.
        websocket: tokens for the pub/sub.
    """

    def __init__(
        self,
        credentials: TokenSource,
        *,
        base_url: str = DEFAULT_API_URL,
        http: HttpTransport,
        timeout: float = 10.0,
        patience: float = DEFAULT_PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        caller = Caller(
            credentials,
            base_url=base_url,
            http=http,
            timeout=timeout,
            clock=clock or SystemClock(),
            patience=patience,
        )
        self.credentials = credentials
        self.catalog = CatalogApi(caller)
        self.categories = CategoriesApi(caller)
        self.channels = ChannelsApi(caller)
        self.chat = ChatApi(caller, self.channels)
        self.points = PointsApi(caller)
        self.records = RecordsApi(caller)
        self.roles = RolesApi(caller)
        self.streams = StreamsApi(caller)
        self.user = UserApi(caller)
        self.websocket = WebSocketApi(caller)
