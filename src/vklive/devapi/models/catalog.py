"""Categories, and what is on now (vk.md 2.8, [C2])."""

from __future__ import annotations

from vklive.devapi.models.base import Model
from vklive.devapi.models.channel import ChannelInfo


class CategoryCounters(Model):
    """Numbers about a category."""

    viewers: int = 0


class CategoryInfo(Model):
    """A category with how many watch it."""

    id: str
    title: str = ""
    type: str = ""
    cover_url: str = ""
    counters: CategoryCounters | None = None


class CategoryAnswer(Model):
    """Answer of ``GET /v1/category``."""

    category: CategoryInfo


class Categories(Model):
    """Answer of ``GET /v1/category/search`` and ``GET /v1/catalog/online_categories``."""

    categories: list[CategoryInfo] = []


class OnlineChannels(Model):
    """Answer of ``GET /v1/catalog/online_channels``."""

    channels: list[ChannelInfo] = []
