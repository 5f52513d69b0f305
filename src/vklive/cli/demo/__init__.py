"""``vklive demo``: the whole system on this machine, with traffic."""

from vklive.cli.demo.command import demo

__all__ = ["demo"]
