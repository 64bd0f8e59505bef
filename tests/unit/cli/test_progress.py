import asyncio
import io

import pytest
from rich.console import Console

from apollonia.cli.progress import Progress, sign_in_link
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootStatus
from apollonia.ports.library import Stats
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.fake_library import FakeLibrary


class Counts(FakeLibrary):
    async def stats(self) -> Stats:
        return Stats(
            files=195,
            by_kind={},
            by_format={},
            by_status={"unreadable": 13},
            by_availability={},
            total_size=0,
            total_duration_ms=0,
            dead_letters=0,
        )


async def shown(tmp_path, *roots):
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=160)
    control = FakeControl()
    for root in roots:
        await control.report_root(root)
    progress = Progress(control, Counts(), console, link="http://x/sign-in?code=y", folder=tmp_path)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, stop.set)
    await progress.run(stop)
    return output.getvalue()


@pytest.mark.parametrize(
    ("host", "start"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/"),
        ("0.0.0.0", "http://127.0.0.1:80/"),
        ("::1", "http://[::1]:80/"),
        ("::", "http://127.0.0.1:80/"),
        ("box.local", "http://box.local:80/"),
    ],
)
def test_the_link_can_be_opened_on_this_machine(host, start):
    assert sign_in_link(host, 80, "s") == f"{start}sign-in?code=s"


async def test_the_link_and_the_way_for_scripts_are_told(tmp_path):
    text = await shown(tmp_path)
    assert "Open http://x/sign-in?code=y" in text
    assert f"token --data {tmp_path}" in text


async def test_a_scan_shows_how_far_it_is(tmp_path):
    scanning = RootStatus(root="/m", state=RootState.SCANNING, found=40, done=30, rate=12.0)
    text = await shown(tmp_path, scanning)
    assert "30/40" in text
    assert "scanning, 12 files/s" in text


async def test_when_all_is_done_the_bar_shows_the_files_that_there_are(tmp_path):
    text = await shown(
        tmp_path, RootStatus(root="/m", state=RootState.WATCHING, found=210, done=210)
    )
    assert "195/195" in text
    assert "13 unreadable" in text


async def test_a_root_in_trouble_is_named_with_its_reason(tmp_path):
    gone = RootStatus(root="/m", state=RootState.UNAVAILABLE, message="not mounted")
    assert "/m: not mounted" in await shown(tmp_path, gone)
