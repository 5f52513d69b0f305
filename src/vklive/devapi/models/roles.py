"""The roles that a channel gives its viewers (vk.md 2.11, [C2])."""

from __future__ import annotations

from vklive.devapi.models.base import Model
from vklive.devapi.models.chat import ChannelRole


class ChannelRoles(Model):
    """Answer of ``GET /v1/channel_roles`` and ``GET /v1/channel_roles/user``."""

    roles: list[ChannelRole] = []


class RoleId(Model):
    """Which role is meant."""

    id: str


class ChannelRolesRequest(Model):
    """Body of ``POST /v1/channel_roles/user/set``: all the roles that the user is to have."""

    roles: list[RoleId]
