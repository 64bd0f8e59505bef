"""Real servers for tests, on loopback, without systemd or Docker: one module for each."""
