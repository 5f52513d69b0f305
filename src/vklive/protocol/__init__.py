"""Centrifuge client protocol v2, both sides, without any input or output.

`messages` says what can be said, `json` how it is written, `codes` what the numbers mean; `client` and `server`
are the two sides of one connection as state machines. They take bytes, intents and the time, and give events,
bytes to send and the next deadline. Sockets, tasks and clocks belong to whoever drives them.
"""
