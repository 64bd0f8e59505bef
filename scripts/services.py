"""Starts and stops the real servers that tests need, on loopback: `make services`.

    python scripts/services.py start [NAME…]   all, or these: rabbitmq postgresql redis neo4j
    python scripts/services.py stop [NAME…]
    python scripts/services.py status

What runs stands in `.services.json` of this checkout (addresses, passwords, process ids); the
servers' files lie in a temporary folder and go with them. Tests find them there, and skip what is
not there unless `APOLLONIA_TEST_SERVICES=required`.
"""

import argparse
import hashlib
import importlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from servers.ground import CannotStart, alive, stop

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".services.json"
NAMES = ("redis", "postgresql", "rabbitmq", "neo4j")


def main() -> int:
    """Do what was asked; 1 when a server could not be started."""
    form = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("task", choices=("start", "stop", "status"))
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are: {' '.join(NAMES)}")
    names = asked.names or NAMES
    match asked.task:
        case "start":
            return _start_all(names)
        case "stop":
            for name in names:
                _stop(name)
        case _:
            for name, server in _state().items():
                print(f"{name}: {'runs' if _runs(server) else 'is gone'}: {server['urls']}")
    return 0


def _start_all(names: Sequence[str]) -> int:
    failed = 0
    for name in names:
        if name in (state := _state()) and _runs(state[name]):
            print(f"services: {name} runs already")
            continue
        _stop(name)
        try:
            running = importlib.import_module(f"servers.{name}").start(_folder())
        except CannotStart as error:
            print(f"services: {name} is not there: {error}", file=sys.stderr)
            failed = 1
            continue
        _save({**_state(), name: {"urls": running.urls, "pids": running.pids}})
        print(f"services: {name} runs", flush=True)
    print("services: stop them with `make services-stop`")
    return failed


def _stop(name: str) -> None:
    state = _state()
    server = state.pop(name, None)
    if server is not None:
        for pid in server["pids"]:
            stop(pid)
    shutil.rmtree(_folder() / name, ignore_errors=True)
    if not state:
        shutil.rmtree(_folder(), ignore_errors=True)
    _save(state)


def _runs(server: dict[str, Any]) -> bool:
    return all(alive(pid) for pid in server["pids"])


def _folder() -> Path:
    """Where the servers of this checkout keep their files; their users may pass through it."""
    mark = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"apollonia-services-{os.geteuid()}-{mark}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise CannotStart(f"{folder} belongs to somebody else: remove it, or set TMPDIR")
    return folder


def _state() -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(STATE.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return state


def _save(state: dict[str, Any]) -> None:
    new = STATE.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(state, indent=2) + "\n")
    new.replace(STATE)


if __name__ == "__main__":
    sys.exit(main())
