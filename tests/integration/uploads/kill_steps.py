"""Kills an upload before each step that changes a disk, in forks of one small process.

    python kill_steps.py FOLDER OTHER_FOLDER

For each step: a fork receives and lands an upload, and is killed there; another fork starts the
service again. Prints one line of JSON for each step; the test judges.
"""

import asyncio
import importlib.util
import json
import os
import sys
from pathlib import Path

from apollonia.observe.logs import configure_logs

CONTENT = bytes(range(256)) * 5000
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.chmod")
ID = "018cc251-f400-7000-8000-000000000001"


def world_at(folder: Path, root: Path):
    spec = importlib.util.spec_from_file_location("uploads", Path(__file__).parent / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.World(folder, root)


def kill_before(step: int) -> None:
    left = step

    def count(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if event in CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & WRITING):
            left -= 1
            if left == 0:
                os._exit(9)

    sys.addaudithook(count)


def in_fork(work) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state(folder: Path, root: Path) -> dict[str, object]:
    spool = folder / "uploads"
    return {
        "files": {
            str(path.relative_to(root)): path.read_bytes() == CONTENT
            for path in root.rglob("*")
            if path.is_file()
        },
        "ready": (spool / f"{ID}.ready").is_dir(),
        "done": (spool / "done" / f"{ID}.json").is_file(),
        "left": sorted(it.name for it in spool.iterdir() if it.name != "done")
        if spool.is_dir()
        else [],
    }


def one_step(step: int, folder: Path, root: Path) -> dict[str, object]:
    folder.mkdir(parents=True)
    root.mkdir(parents=True)
    world = world_at(folder, root)

    async def receive_and_land() -> None:
        kill_before(step)
        await world.settle(await world.upload(CONTENT, id=ID))

    async def land() -> None:
        if await world.spool.ready():
            await world.settle(ID)
        await world.spool.sweep(unfinished_before=2**60, done_before=0)

    code = in_fork(lambda: asyncio.run(receive_and_land()))
    told: dict[str, object] = {"step": step, "code": code, "killed": state(folder, root)}
    told["restart"] = in_fork(lambda: asyncio.run(land()))
    told["after"] = state(folder, root)
    record = folder / "uploads" / "done" / f"{ID}.json"
    told["result"] = json.loads(record.read_text()) if record.exists() else None
    return told


def main() -> None:
    configure_logs(level="ERROR", form="json")
    data, roots = Path(sys.argv[1]), Path(sys.argv[2])
    for step in range(1, 200):
        told = one_step(step, data / str(step), roots / f"root-{step}")
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        if told["code"] == 0:
            return


if __name__ == "__main__":
    main()
