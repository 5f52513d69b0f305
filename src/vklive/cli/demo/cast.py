"""Who takes part in the demo. ``cast.toml`` tells of them; here they get what they need to begin."""

from __future__ import annotations

from importlib.resources import files

from vklive.cli.demo.script import Line
from vklive.clock import Clock
from vklive.server.names import WsChannel, build
from vklive.server.store import Seed, Store, parse_seed

FILE = "cast.toml"

SUBSCRIBER = "subscriber"
"""The consumer that hears all three channels, and limited chat."""

GUEST = "guest"
"""The consumer that hears one channel, and has no access to its limited chat."""

CONSUMERS = (SUBSCRIBER, GUEST)
"""The nicks of the users whose programs listen."""


class Cast:
    """All who take part.

    Args:
        seed: users, channels and memberships.
    """

    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._channel_ids = {channel.url: channel.id for channel in seed.channels}
        self._user_ids = {user.nick: user.id for user in seed.users}

    @property
    def channel_urls(self) -> list[str]:
        """The slugs of the channels."""
        return list(self._channel_ids)

    def ws_channel(self, line: Line) -> str:
        """Where a line of the script is published: the platform itself knows the names of its ws channels."""
        return build(WsChannel(line.topic, self._channel_ids[line.channel]))

    async def prepare(self, database_url: str, *, clock: Clock) -> dict[str, str]:
        """Write everybody into a database.

        Returns:
            A fresh access token for each of `CONSUMERS`.
        """
        async with Store(database_url, clock=clock) as store:
            await store.plant(self._seed)
            return {nick: await store.issue_access_token(user_id=self._user_ids[nick]) for nick in CONSUMERS}


def read_cast() -> Cast:
    """The cast that comes with the package."""
    return Cast(parse_seed(files("vklive.cli.demo").joinpath(FILE).read_bytes(), origin=FILE))
