"""Decoding films once for all who look; in worker processes only."""
