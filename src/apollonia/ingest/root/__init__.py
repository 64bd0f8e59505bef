"""The life of one root: its lease, its gate, what is asked of it, how far it is."""
