import os

import pytest

from apollonia.errors import ConfigurationError
from apollonia.ingest.root.roots import check_roots


def test_roots_are_absolute_and_each_is_there_once(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    roots = check_roots(
        [tmp_path / "a", tmp_path / "b", tmp_path / "b" / ".." / "a"], tmp_path / "data"
    )
    assert [root.name for root in roots] == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert roots[0].excluded == frozenset()


def test_missing_root_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(ConfigurationError, match=r"There is no folder .*create it, mount its disk"):
        check_roots([tmp_path / "missing"], tmp_path / "data")


def test_file_as_root_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="is no folder"):
        check_roots([tmp_path / "file"], tmp_path / "data")


@pytest.mark.parametrize("order", [1, -1])
def test_root_inside_a_root_is_refused(tmp_path, order):
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"a/b lies inside .*/a, which is cataloged"):
        check_roots([tmp_path / "a", tmp_path / "a" / "b"][::order], tmp_path / "data")


def test_root_inside_a_root_through_a_link_is_refused(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a" / "b")
    with pytest.raises(ConfigurationError, match="lies inside"):
        check_roots([tmp_path / "a", tmp_path / "link"], tmp_path / "data")


def test_data_folder_inside_a_root_is_left_out(tmp_path):
    (tmp_path / "media").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "media")
    (root,) = check_roots([tmp_path / "media"], tmp_path / "media" / "own" / "data")
    assert root.excluded == {os.fsencode(tmp_path / "media" / "own" / "data")}
    (root,) = check_roots([tmp_path / "link"], tmp_path / "media" / "own" / "data")
    assert root.excluded == {os.fsencode(tmp_path / "link" / "own" / "data")}


def test_root_inside_the_data_folder_is_refused(tmp_path):
    (tmp_path / "data" / "media").mkdir(parents=True)
    for root in (tmp_path / "data" / "media", tmp_path / "data"):
        with pytest.raises(ConfigurationError, match="lies in the data folder"):
            check_roots([root], tmp_path / "data")
