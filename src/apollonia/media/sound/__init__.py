"""Decoding sound into buffers that are shared by all who listen; in worker processes only."""
