"""What all tests share: the addresses of real servers, and compiled code.

Compiled code is kept for the next run, also where the environment says to write none.

``PYTHONDONTWRITEBYTECODE`` keeps folders of source clean. Obeyed to the letter it would compile
everything again in each worker and each Apollonia that a test starts, a third of the suite's
time; so there it goes to a folder of its own.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]

if sys.dont_write_bytecode:
    kept = _ROOT / ".pytest_cache" / "bytecode"
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(kept)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(kept)


@pytest.fixture(scope="session")
def service_url() -> Callable[..., str]:
    """``service_url("redis")``: the address of a server that `make services` started.

    ``name`` chooses another of its addresses. Without the server the test is skipped; with
    ``APOLLONIA_TEST_SERVICES=required`` it fails.
    """

    def find(server: str, name: str | None = None) -> str:
        try:
            state = json.loads((_ROOT / ".services.json").read_text())
            return str(state[server]["urls"][name or server])
        except (FileNotFoundError, KeyError):
            reason = f"no {server} here: start it with `make services`"
        if os.environ.get("APOLLONIA_TEST_SERVICES") == "required":
            pytest.fail(reason)
        pytest.skip(reason)

    return find
