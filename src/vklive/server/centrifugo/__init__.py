"""Centrifugo v4's own configuration: its files, its environment, its names (centrifugo.md 4, 5.1, 6.1, 8).

`options` knows the names, `values` reads single values as Centrifugo does, `reading` gathers them, and `configuration`
is what comes out.
"""
