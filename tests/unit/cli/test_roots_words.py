from pathlib import Path

import pytest

from apollonia.cli.roots import find_root, notes
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootError, RootStatus, Skipped
from apollonia.errors import NotFoundError
from apollonia.testing.builders import a_time


def test_a_path_is_found_in_its_root(tmp_path, monkeypatch):
    root = tmp_path / "music"
    (root / "album").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    roots = ["/films", str(root)]
    below = str(root / "album").encode()
    assert find_root(root, roots) == (str(root), None)
    assert find_root(root / "album", roots) == (str(root), below)
    assert find_root(tmp_path / "link" / "album", roots) == (str(root), below)
    assert find_root(tmp_path / "link", roots) == (str(root), None)
    monkeypatch.chdir(root)
    assert find_root(Path("album/../album"), roots) == (str(root), below)
    assert find_root(Path("/films/a"), roots) == ("/films", b"/films/a")


def test_a_root_that_is_a_link_holds_what_is_behind_it(tmp_path):
    (tmp_path / "disk" / "album").mkdir(parents=True)
    link = tmp_path / "music"
    link.symlink_to(tmp_path / "disk")
    found = find_root(tmp_path / "disk" / "album", [str(link)])
    assert found == (str(link), str(link / "album").encode())


def test_a_path_in_no_root_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match="/films"):
        find_root(tmp_path, ["/films"])


def test_notes_tell_what_is_wrong_and_nothing_twice():
    gone = RootError("not mounted", None, a_time())
    cut = RootError("It ends early.", "/m/a.mp3", "2024-01-01T12:00:00.000000+00:00")
    roots = [
        RootStatus(root="/fine", state=RootState.WATCHING),
        RootStatus(root="/g", state=RootState.UNAVAILABLE, message="not mounted", last_error=gone),
        RootStatus(root="/m", state=RootState.WATCHING, last_error=cut),
        RootStatus(
            root="/v",
            state=RootState.WATCHING,
            corrupted=(Skipped("/v/b", "other content"),),
            corrupted_count=1,
        ),
    ]
    assert notes(roots) == [
        "/g: not mounted",
        "/m: last error at 2024-01-01T12:00:00: /m/a.mp3: It ends early.",
        "/v: 1 files changed silently",
        "  /v/b: other content",
    ]
