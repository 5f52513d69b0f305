"""Streamers who send their viewers to another channel (vk.md 4.1.5 and 4.2)."""

from __future__ import annotations

from vklive.devapi.channel_url import slug_of
from vklive.devapi.errors import ApiError
from vklive.events import Raid, RaidChannel, RaidIncome, RaidSource, RaidStarted
from vklive.server.platform.acting import Act
from vklive.server.platform.places import facts, person, place, shown
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError


async def raid(act: Act, channel_url: str, target_url: str, *, raiders_count: int) -> Raid:
    """The viewers of one channel go to another: both are told.

    Args:
        act: what is being done.
        channel_url: where they come from.
        target_url: where they go.
        raiders_count: how many they are.
    """
    slugs = slug_of(channel_url), slug_of(target_url)
    if slugs[0] == slugs[1]:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, "A channel does not raid itself")
    # In one order for all, so that two channels that raid each other do not wait for each other.
    places = {slug: await place(act, slug) for slug in sorted(slugs)}
    source, target = (places[slug] for slug in slugs)
    told = Raid(
        source=RaidSource(owner=shown(await person(act, source.owner_id)), channel=RaidChannel(url=source.url)),
        raiders_count=raiders_count,
        started_at=unix(act.now),
    )
    act.announce(facts(source), RaidStarted(raid=told))
    act.announce(facts(target), RaidIncome(raid=told))
    return told
