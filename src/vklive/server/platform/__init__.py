"""What the platform does: its rules, on the store, and what it tells the world about it.

One area a module. What it does not do is a `vklive.server.refusal.RefusalError`; what it does changes the database in
one transaction, see `vklive.server.platform.acting`, and is told when that has ended well.
"""
