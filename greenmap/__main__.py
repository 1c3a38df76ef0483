"""``python -m greenmap``: the command line."""

from greenmap.cli import main

main()
