"""``vklive demo``: the whole system on this machine, with traffic."""
