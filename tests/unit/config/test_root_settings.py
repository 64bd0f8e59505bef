import json
from pathlib import Path

import pytest

from apollonia.config import load
from apollonia.errors import ConfigurationError
from apollonia.wiring.ingest import resolve_roots

TOML = """
[files]
roots = ["{0}"]
[files.per_root."{0}"]
include = ["*.flac"]
exclude = ["a, b", "Live/"]
hidden = true
max_file_mb = 0.5
min_file_bytes = 10
poll_interval_seconds = 30
"""


def settings(tmp_path, environ=None):
    return load(environ=environ or {}, folder=tmp_path).settings


def test_one_root_differs_by_a_table_of_its_own(tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    (tmp_path / "apollonia.toml").write_text(TOML.format(music))
    (root,) = resolve_roots(settings(tmp_path).files, tmp_path / "data")
    assert root.choices.include == ("*.flac",)
    assert root.choices.exclude == ("a, b", "Live/")
    assert root.choices.hidden is True
    assert root.choices.max_bytes == 512 * 1024
    assert root.choices.min_bytes == 10
    assert root.choices.poll_s == 30


def test_the_environment_has_it_as_json(tmp_path):
    value = json.dumps({"/m": {"exclude": ["*.tmp"]}})
    found = settings(tmp_path, {"APOLLONIA_FILES__PER_ROOT": value}).files.per_root
    assert found[Path("/m")].exclude == ("*.tmp",)
    assert found[Path("/m")].hidden is None
    assert settings(tmp_path, {"APOLLONIA_FILES__PER_ROOT": ""}).files.per_root == {}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{", "is no JSON"),
        ('{"/m": {"exlude": []}}', "/m exlude: unknown; did you mean exclude"),
        ('{"/m": {"zzz": 1}}', "unknown; known: include, exclude"),
        (json.dumps({"/m": {"exclude": ["a"] * 1001}}), "/m exclude: .*at most 1000 items"),
        ('{"/m": {"max_file_mb": -1}}', "/m max_file_mb: Input should be greater"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path, value, words):
    with pytest.raises(ConfigurationError, match=words):
        settings(tmp_path, {"APOLLONIA_FILES__PER_ROOT": value})


def test_a_table_for_a_folder_that_is_no_root_is_refused(tmp_path):
    (tmp_path / "music").mkdir()
    environ = {
        "APOLLONIA_FILES__ROOTS": str(tmp_path / "music"),
        "APOLLONIA_FILES__PER_ROOT": json.dumps({str(tmp_path / "musik"): {}}),
    }
    with pytest.raises(ConfigurationError, match=r"musik, which is no folder to catalog; .*music$"):
        resolve_roots(settings(tmp_path, environ).files, tmp_path / "data")
