"""Brokers: they carry publications from where they are published to every node that has a subscriber.

`base` says what a broker does, `memory` is the one for a single process.
"""
