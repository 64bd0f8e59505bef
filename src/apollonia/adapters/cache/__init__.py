from apollonia.adapters.cache.local_cache import LocalCache

__all__ = ["LocalCache"]
