"""WebHooks: events that are told for certain, to the applications that a channel's owner has linked.

Source: vk.md 4.2. They are written down in the transaction of what has happened (`outbox`), and sent until they are
taken or it is too late (`sender`): at least once, those of one application one after the other, the oldest first. One
that was not taken lets those behind it wait.
"""
