from apollonia.adapters.broadcast.local_broadcast import LocalBroadcast

__all__ = ["LocalBroadcast"]
