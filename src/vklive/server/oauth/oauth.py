"""OAuth as a whole, on one store."""

from __future__ import annotations

import asyncio
import logging

from vklive.clock import Clock
from vklive.server.directory import DirectoryUnavailableError
from vklive.server.oauth.authorizing import Authorizing
from vklive.server.oauth.granting import Granting
from vklive.server.oauth.signing_in import SignIns
from vklive.server.settings import OAuthSettings
from vklive.server.store import Store
from vklive.server.store import oauth as stored

_log = logging.getLogger("vklive.server.oauth")

TIDY_EVERY = 600.0
"""Seconds between two times that ended tokens are deleted. They are good for nothing already: this only saves space."""


class OAuth:
    """All of it.

    Args:
        store: users and applications, and everything that they have allowed.
        settings: see `vklive.server.settings.OAuthSettings`.
        clock: the clocks of the server.

    Attributes:
        authorizing: see `vklive.server.oauth.authorizing`.
        granting: see `vklive.server.oauth.granting`.
        sign_ins: see `vklive.server.oauth.signing_in`.
        store: see above.
        settings: see above.
    """

    def __init__(self, store: Store, settings: OAuthSettings, *, clock: Clock) -> None:
        self.store = store
        self.settings = settings
        self.authorizing = Authorizing(store.database, settings)
        self.granting = Granting(store, settings)
        self.sign_ins = SignIns(store.database, settings, clock=clock)

    async def keep_tidy(self) -> None:
        """Delete what has ended, again and again, until it is cancelled."""
        while True:
            try:
                async with self.store.database.writing() as session:
                    await stored.delete_ended(session, now=self.store.database.now())
            except DirectoryUnavailableError as error:
                _log.warning("ended tokens were not deleted, and will be later: %s", error)
            await asyncio.sleep(TIDY_EVERY)
