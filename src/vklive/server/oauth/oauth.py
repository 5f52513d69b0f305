"""OAuth as a whole, on one store."""

from __future__ import annotations

from vklive.clock import Clock
from vklive.server.oauth.authorizing import Authorizing
from vklive.server.oauth.granting import Granting
from vklive.server.oauth.signing_in import SignIns
from vklive.server.platform.upkeep import Upkeep
from vklive.server.settings import OAuthSettings
from vklive.server.store import Store
from vklive.server.store import oauth as stored


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
        upkeep: deletes what has ended, from time to time.
        store: see above.
        settings: see above.
    """

    def __init__(self, store: Store, settings: OAuthSettings, *, clock: Clock) -> None:
        self.store = store
        self.settings = settings
        self.authorizing = Authorizing(store.database, settings)
        self.granting = Granting(store, settings)
        self.sign_ins = SignIns(store.database, settings, clock=clock)
        self.upkeep = Upkeep({"the deletion of tokens that have ended": self.delete_ended})

    async def delete_ended(self) -> None:
        """Delete codes, tokens and sign-ins that have ended. They are good for nothing already: this saves space.

        Raises:
            DirectoryUnavailableError: the database does not answer.
        """
        async with self.store.database.writing() as session:
            await stored.delete_ended(session, now=self.store.database.now())
