from pathlib import Path

import pytest

from apollonia.config import load
from apollonia.config.names import ALIASES, all_settings
from apollonia.errors import ConfigurationError


def settings(tmp_path, environ=None, **overrides):
    return load(environ=environ or {}, folder=tmp_path, **overrides)


def test_everything_has_a_default(tmp_path):
    loaded = settings(tmp_path)
    assert loaded.settings.api.port == 8000
    assert not loaded.origins


def test_sources_win_in_order(tmp_path):
    (tmp_path / "apollonia.toml").write_text("[api]\nport = 1\nhost = 'toml'\n[media]\nworkers=3\n")
    (tmp_path / ".env").write_text("APOLLONIA_API__PORT=2\nAPOLLONIA_API__HOST=dotenv\n")
    loaded = settings(tmp_path, {"APOLLONIA_API__PORT": "3"}, overrides={("data",): tmp_path / "d"})
    assert loaded.settings.api.port == 3
    assert loaded.settings.api.host == "dotenv"
    assert loaded.settings.media.workers == 3
    assert loaded.settings.data == tmp_path / "d"
    assert loaded.origins == {
        ("api", "port"): "environment",
        ("api", "host"): ".env",
        ("media", "workers"): "apollonia.toml",
        ("data",): "command line",
    }


@pytest.mark.parametrize("alias", sorted(ALIASES))
def test_commonly_known_names_are_accepted(tmp_path, alias):
    value = "true" if alias.startswith("ENABLE_") else "value-of-it"
    loaded = settings(tmp_path, {alias: value})
    for key in ALIASES[alias]:
        assert loaded.origins[key] == "environment"


@pytest.mark.parametrize(
    ("said", "device"), [("true", "gpu"), ("1", "gpu"), ("false", "cpu"), ("auto", "auto")]
)
def test_enable_gpu_chooses_the_device(tmp_path, said, device):
    assert settings(tmp_path, {"ENABLE_GPU": said}).settings.analyze.device == device


def test_our_own_name_wins_over_an_alias(tmp_path):
    environ = {"WATCH_DIRECTORIES": "/a", "APOLLONIA_FILES__ROOTS": "/b, /c"}
    assert settings(tmp_path, environ).settings.files.roots == (Path("/b"), Path("/c"))


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"APOLLONIA_BUS__ULR": "x"}, "did you mean APOLLONIA_BUS__URL"),
        ({"APOLLONIA_API__PORT": "http"}, "APOLLONIA_API__PORT \\(from environment\\)"),
        ({"APOLLONIA_API__PORT": "70000"}, "APOLLONIA_API__PORT"),
        ({"APOLLONIA_API__SECRET_KEY_FILE": "/nonexistent/key"}, "cannot read /nonexistent/key"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_do(tmp_path, environ, words):
    with pytest.raises(ConfigurationError, match=words):
        settings(tmp_path, environ)


def test_other_programs_variables_are_left_alone(tmp_path):
    settings(tmp_path, {"PATH": "/bin", "APOLLONIA_TEST_SERVICES": "required"})


def test_an_unknown_name_in_the_file_is_refused(tmp_path):
    (tmp_path / "apollonia.toml").write_text("[api]\nprot = 1\n")
    with pytest.raises(ConfigurationError, match="did you mean APOLLONIA_API__PORT"):
        settings(tmp_path)


def test_a_broken_file_is_refused_by_name(tmp_path):
    (tmp_path / "apollonia.toml").write_text("[api\n")
    with pytest.raises(ConfigurationError, match=r"apollonia\.toml"):
        settings(tmp_path)


def test_a_secret_may_come_from_a_file_and_is_not_shown(tmp_path):
    secret = tmp_path / "key"
    secret.write_text("hush-hush\n")
    loaded = settings(tmp_path, {"SECRET_KEY_FILE": str(secret)})
    assert loaded.settings.api.secret_key is not None
    assert loaded.settings.api.secret_key.get_secret_value() == "hush-hush"
    assert "hush" not in repr(loaded.settings)


def test_a_value_given_twice_is_refused(tmp_path):
    environ = {"SECRET_KEY": "a", "SECRET_KEY_FILE": str(tmp_path)}
    with pytest.raises(ConfigurationError, match="both set"):
        settings(tmp_path, environ)


def test_every_setting_says_what_it_is_for():
    assert [s.name for s in all_settings() if not s.field.description] == []


@pytest.mark.parametrize(
    ("text", "value"), [("never", "never"), ("at_once", "at_once"), ("30", 30)]
)
def test_missing_files_are_purged_by_a_word_or_days(tmp_path, text, value):
    environ = {"APOLLONIA_CATALOG__PURGE_MISSING": text}
    assert settings(tmp_path, environ).settings.catalog.purge_missing == value


@pytest.mark.parametrize("text", ["0", "soon", "-1"])
def test_other_purge_policies_are_refused(tmp_path, text):
    with pytest.raises(ConfigurationError, match="PURGE_MISSING"):
        settings(tmp_path, {"APOLLONIA_CATALOG__PURGE_MISSING": text})
