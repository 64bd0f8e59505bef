"""Apollonia: a self-hosted media catalog."""
