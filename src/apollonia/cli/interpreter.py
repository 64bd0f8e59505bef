"""Settings of the interpreter for a process that answers people while it works.

Left as they are, a scan of 20,000 files stops everything seventeen times for about 90 ms: the
collector goes through all that the libraries made at their import, over and over.
"""

import gc
import sys

_SWITCH_INTERVAL_S = 0.0005  # database threads hand the loop its turn at once, not after 5 ms
_YOUNG_OBJECTS = 10_000  # a batch of events lives and dies without being looked at ten times
_MIDDLE_ROUNDS, _OLD_ROUNDS = 10, 20


def tune_interpreter() -> None:
    """Short turns for threads, and no collection for each handful of objects."""
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    gc.set_threshold(_YOUNG_OBJECTS, _MIDDLE_ROUNDS, _OLD_ROUNDS)


def keep_what_is_there() -> None:
    """Once all is imported and wired: none of it is garbage, so it is never looked at again."""
    gc.collect()
    gc.freeze()
