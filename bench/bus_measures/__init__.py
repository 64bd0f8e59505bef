"""Measures of the distributed bus; a new one is a module with ``measure(ground)``."""
