"""The tables, an area a module."""

from vklive.server.store.tables.base import COUNTED, Table, UtcTime
from vklive.server.store.tables.channels import (
    CategoryRow,
    ChannelRoleRow,
    ChannelRow,
    GivenRoleRow,
    MembershipRow,
    StreamRecordRow,
    StreamRow,
    SubscriptionRow,
)
from vklive.server.store.tables.chat import ChatMessageRow, ChatSettingsRow, CounterRow, SmileRow
from vklive.server.store.tables.deliveries import PlatformRequestRow, WebhookRow
from vklive.server.store.tables.people import (
    AccessTokenRow,
    ApplicationRow,
    AuthorizationCodeRow,
    GrantRow,
    RefreshTokenRow,
    SignInRow,
    UserRow,
)
from vklive.server.store.tables.points import BalanceRow, DemandRow, RewardRow

__all__ = [
    "COUNTED",
    "AccessTokenRow",
    "ApplicationRow",
    "AuthorizationCodeRow",
    "BalanceRow",
    "CategoryRow",
    "ChannelRoleRow",
    "ChannelRow",
    "ChatMessageRow",
    "ChatSettingsRow",
    "CounterRow",
    "DemandRow",
    "GivenRoleRow",
    "GrantRow",
    "MembershipRow",
    "PlatformRequestRow",
    "RefreshTokenRow",
    "RewardRow",
    "SignInRow",
    "SmileRow",
    "StreamRecordRow",
    "StreamRow",
    "SubscriptionRow",
    "Table",
    "UserRow",
    "UtcTime",
    "WebhookRow",
]
