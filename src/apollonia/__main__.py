"""``python -m apollonia``."""

from apollonia.cli import main

main()
