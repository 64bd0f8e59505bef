from apollonia.adapters.bus.sql_bus import SqlBus

__all__ = ["SqlBus"]
