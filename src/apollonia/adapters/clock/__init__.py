from apollonia.adapters.clock.system_clock import SystemClock

__all__ = ["SystemClock"]
