"""Hearing of changes as they happen, or polling for them, until it is worth looking."""
