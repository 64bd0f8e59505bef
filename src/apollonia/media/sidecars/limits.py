"""How much of a sidecar is read, and how much of it is told."""

MAX_SIDECAR_BYTES = 4 << 20
MAX_ITEMS = 1000
MAX_NAMES = 100
MAX_LINE = 4096
MAX_SUMS = 10_000
