"""``python -m vklive``: the command line."""

from vklive.cli import main

if __name__ == "__main__":
    main(prog_name="vklive")
