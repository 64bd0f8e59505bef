"""Exit codes: 0 done, 1 failure, 2 usage or configuration, 3 dependency away, 4 faults found."""

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
