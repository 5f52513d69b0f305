"""Channel points as a whole."""

from __future__ import annotations

from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat.archive import Archive
from vklive.server.platform.points.balances import Balances
from vklive.server.platform.points.demands import Demands
from vklive.server.platform.points.rewards import Rewards
from vklive.server.store.database import Database


class Points:
    """All that is done with points.

    Args:
        channels: finds channels.
        database: asks it.
        acting: changes it.
        archive: see `vklive.server.platform.points.demands`.

    Attributes:
        balances: see `vklive.server.platform.points.balances`.
        demands: see `vklive.server.platform.points.demands`.
        rewards: see `vklive.server.platform.points.rewards`.
    """

    def __init__(self, channels: Channels, database: Database, acting: Acting, archive: Archive) -> None:
        self.balances = Balances(channels, database)
        self.demands = Demands(channels, database, acting, archive)
        self.rewards = Rewards(channels, database, acting)
