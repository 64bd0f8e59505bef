"""Exit codes: 0 done, 1 failure, 2 usage or configuration, 3 dependency away, 4 faults found."""

import signal
import sys

from apollonia.errors import ApolloniaError, ConfigurationError, Unavailable

FAILURE = 1
USAGE = 2
AWAY = 3
FAULTS = 4


def exit_code(error: ApolloniaError) -> int:
    """The code that the error's family stands for."""
    if isinstance(error, ConfigurationError):
        return USAGE
    return AWAY if isinstance(error, Unavailable) else FAILURE


def end_well_on_sigterm() -> None:
    """A service that is told to end while it still starts has done what it was told: code 0."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
