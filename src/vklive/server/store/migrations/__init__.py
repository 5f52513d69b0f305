"""What Alembic needs to bring a database up to date: run by `vklive.server.store.migrate`."""
