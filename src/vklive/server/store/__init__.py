"""The directory in a database: tables, migrations, queries, and the file that fills it."""

from __future__ import annotations

from vklive.server.store.seed import Seed, parse_seed, read_seed
from vklive.server.store.store import Store

__all__ = ["Seed", "Store", "parse_seed", "read_seed"]
