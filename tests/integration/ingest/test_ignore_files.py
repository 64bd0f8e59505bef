"""Rule files on a real disk, and the same patterns asked of git itself."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apollonia.adapters.clock import SystemClock
from apollonia.adapters.file_system import LocalFiles
from apollonia.ingest.selection.ignore_files import IgnoreFiles
from apollonia.ingest.selection.rules import Rules

GIT = shutil.which("git") or ""
needs_git = pytest.mark.skipif(not GIT, reason="git is not installed")
needs_inotify = pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")

_NAMES = st.sampled_from(["a", "b", "ab", "abc", "a.b", "a b", "[a]", "-", "!a", "#a", "A"])
_PATHS = st.lists(
    st.lists(_NAMES, min_size=1, max_size=4).map("/".join), min_size=1, max_size=12, unique=True
)


def _is_documented(line):
    """Of stars beside other letters, as in `a**/b`, git does not do what it documents."""
    return all(part == "**" or "**" not in part for part in line.split("/"))


_PLAIN = [
    "a",
    "b",
    "c",
    "*",
    "?",
    ".",
    "/",
    "/**/",
    " ",
    "\\ ",
    "!",
    "#",
    "[",
    "]",
    "-",
    "\\*",
    "\\",
]
_SETS = ["[ab]", "[!a]", "[^b-c]", "[a-c]", "[]a]", "[[:upper:]]", "[\\]a]", "[a-]", "[c-a]"]
_PIECES = st.sampled_from([*_PLAIN, *_SETS])
_LINES = st.lists(_PIECES, min_size=1, max_size=6).map("".join).filter(_is_documented)
_DEEP = st.lists(st.sampled_from(["a", "*b", "**", "a*", "?"]), min_size=2, max_size=4).map(
    "/".join
)
_FILES = st.dictionaries(
    st.sampled_from(["", "a", "ab", "a/b"]), st.lists(_LINES | _DEEP, min_size=1, max_size=5)
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository")
    if GIT:
        subprocess.run([GIT, "init", "-q", folder], check=True)
    return folder


def ignored_by_git(folder, paths):
    assert GIT is not None
    done = subprocess.run(
        [
            GIT,
            "-C",
            folder,
            "-c",
            "core.excludesFile=",
            "check-ignore",
            "--no-index",
            "-z",
            "--stdin",
        ],
        input="".join(path + "\0" for path in paths),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return set(done.stdout.split("\0")) - {""}


def write_rules(folder, rules, name):
    """The rule files and nothing else: a path that is not there is a file to git and to us."""
    for child in folder.iterdir():
        if child.is_file():
            child.unlink()
        elif child.name != ".git":
            shutil.rmtree(child)
    for below, lines in rules.items():
        (folder / below).mkdir(parents=True, exist_ok=True)
        (folder / below / name).write_text("\n".join(lines) + "\n")


def ignored_by_us(folder, paths):
    top = os.fsencode(folder)
    look = IgnoreFiles(LocalFiles(), top, Rules(hidden=True), SystemClock()).look()
    return {path for path in paths if look.ignores(top + b"/" + path.encode())}


@needs_git
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rules=_FILES, paths=_PATHS)
def test_rule_files_mean_what_gitignore_means(repository, rules, paths):
    write_rules(repository, rules, ".gitignore")
    paths = [path for path in paths if not (repository / path).is_dir()]
    expected = ignored_by_git(repository, paths)
    write_rules(repository, rules, ".apolloniaignore")
    assert ignored_by_us(repository, paths) == expected


def test_rules_of_a_folder_behind_a_link_are_not_read(tmp_path):
    outside = tmp_path / "outside"
    top = tmp_path / "top"
    (outside / "album").mkdir(parents=True)
    (outside / ".apolloniaignore").write_text("*")
    (outside / "album" / ".nomedia").touch()
    top.mkdir()
    (top / "link").symlink_to(outside)
    (top / ".apolloniaignore").symlink_to(outside / ".apolloniaignore")
    assert ignored_by_us(top, ["a.flac", "link/a.flac", "link/album/a.flac"]) == set()


@needs_inotify
async def test_rules_change_while_a_real_folder_is_watched(stand):
    stand.write("keep.bin", b"keep")
    stand.write("album/a.bin", b"a")
    stand.write("album/cd1/b.bin", b"b")
    async with stand.running():
        await stand.hear(3)
        started = time.monotonic()
        (stand.root / "album" / ".ndignore").touch()
        await stand.until(lambda: len(stand.events()) == 2)
        assert time.monotonic() - started < 1
        assert {event.origin for event in stand.events()} == {"ignored"}
        ids = {event.file_path: event.file_id for event in stand.events()}
        await stand.hear(2)
        stand.write("album/c.bin", b"c")
        (stand.root / "album" / ".ndignore").rename(stand.root / "album" / "cd1" / ".ndignore")
        await stand.until(lambda: len(stand.events()) == 2)
        returned = next(e for e in stand.events() if e.file_path.endswith("a.bin"))
        assert returned.file_id == ids[returned.file_path]
        assert sorted(await stand.hear(2)) == [
            ("IN_CREATE", "album/a.bin"),
            ("IN_CREATE", "album/c.bin"),
        ]


@needs_inotify
async def test_names_that_are_no_text_can_be_ignored(stand):
    (stand.root / ".apolloniaignore").write_bytes(b"\xff*.bin\n")
    stand.write(os.fsdecode(b"\xff\xfe.bin"), b"x")
    stand.write("keep.bin", b"keep")
    async with stand.running():
        assert await stand.hear(1) == [("IN_CREATE", "keep.bin")]


@needs_inotify
async def test_rules_made_while_stopped_hold_at_the_start_and_after_moves(stand):
    stand.write("keep.bin", b"keep")
    stand.write("album/a.bin", b"a")
    async with stand.running():
        await stand.hear(2)
    stand.write(".apolloniaignore", b"/album/\n/hide\n")
    async with stand.running():
        await stand.until(stand.events)
        assert stand.events()[0].origin == "ignored"
        assert await stand.hear(1) == [("IN_DELETE", "album/a.bin")]
        (stand.root / "keep.bin").rename(stand.root / "hide")
        assert await stand.hear(1) == [("IN_DELETE", "keep.bin")]
        (stand.root / "album").rename(stand.root / "shown")
        assert [path for _, path in await stand.hear(1)] == ["shown/a.bin"]
        (stand.root / "hide").rename(stand.root / "shown" / "hide")
        assert [path for _, path in await stand.hear(1)] == ["shown/hide"]
