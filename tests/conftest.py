"""Compiled code is kept for the next run, also where the environment says to write none.

``PYTHONDONTWRITEBYTECODE`` keeps folders of source clean. Obeyed to the letter it would compile
everything again in each worker and each Apollonia that a test starts, a third of the suite's
time; so there it goes to a folder of its own.
"""

import os
import sys
from pathlib import Path

if sys.dont_write_bytecode:
    kept = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(kept)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(kept)
