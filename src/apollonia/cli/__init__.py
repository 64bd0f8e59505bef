"""The command line."""

from apollonia.cli.app import app, main

__all__ = ["app", "main"]
