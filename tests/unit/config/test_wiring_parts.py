import os
import stat
from pathlib import Path

import pytest

from apollonia.errors import ConfigurationError
from apollonia.observe.health import run_checks
from apollonia.wiring.api import disk_check
from apollonia.wiring.data_folder import (
    ingest_lock,
    low_space,
    prepare_data_folder,
    published_address,
    running_address,
    secret_key,
)
from apollonia.wiring.urls import is_server, sqlite_file


def test_data_folder_is_made_for_its_owner_alone(tmp_path):
    folder = prepare_data_folder(tmp_path / "new" / "data")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


def test_a_data_folder_that_is_a_file_is_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ConfigurationError, match="not a folder"):
        prepare_data_folder(file)


def test_a_data_folder_that_cannot_be_made_is_refused():
    with pytest.raises(ConfigurationError, match="APOLLONIA_DATA"):
        prepare_data_folder(Path("/proc/apollonia-data"))


def test_a_data_folder_that_was_there_keeps_its_rights(tmp_path):
    tmp_path.chmod(0o755)
    prepare_data_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_full_disk_refuses_a_start_but_not_who_only_looks(tmp_path, monkeypatch):
    full = os.statvfs_result((4096, 4096, 1000, 0, 0, 10, 0, 0, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    with pytest.raises(ConfigurationError, match="is full"):
        prepare_data_folder(tmp_path)
    assert prepare_data_folder(tmp_path, needs_space=False) == tmp_path.resolve()


def test_little_space_is_told_in_words(tmp_path):
    assert low_space(tmp_path, least=0) is None
    told = low_space(tmp_path, least=1 << 62)
    assert told is not None
    assert str(tmp_path) in told
    with pytest.raises(FileNotFoundError):
        low_space(tmp_path / "gone")


async def test_disk_check_says_what_is_low_and_what_is_gone(tmp_path, monkeypatch):
    results = await run_checks({"disk": disk_check(tmp_path), "gone": disk_check(tmp_path / "x")})
    assert results["gone"].status == "unavailable"
    low = os.statvfs_result((4096, 4096, 100_000, 0, 50_000, 10, 0, 0, 0, 255))  # 195 MiB
    monkeypatch.setattr(os, "statvfs", lambda _: low)
    results = await run_checks({"disk": disk_check(tmp_path)})
    assert results["disk"].status == "degraded"
    assert "195 MiB" in (results["disk"].detail or "")


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 40])
def test_a_secret_that_is_none_is_refused_by_name(tmp_path, content):
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"{path}.*delete it"):
        secret_key(tmp_path)
    path.unlink()
    assert secret_key(tmp_path)


def test_one_ingestor_per_data_folder(tmp_path):
    with (
        ingest_lock(tmp_path),
        pytest.raises(ConfigurationError, match=f"process {os.getpid()}"),
        ingest_lock(tmp_path),
    ):
        pass
    with ingest_lock(tmp_path):
        pass


def test_the_secret_is_made_once_and_is_private(tmp_path):
    key = secret_key(tmp_path)
    assert len(key) >= 43
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/d/x.db"),
        ("sqlite:////var/x.db", "/var/x.db"),
        ("sqlite+aiosqlite:////var/x.db", "/var/x.db"),
    ],
)
def test_sqlite_urls_name_a_file(url, path):
    assert sqlite_file(url, key=("bus", "url"), default=Path("/d/x.db")) == Path(path)


@pytest.mark.parametrize("url", ["amqp://guest@localhost", "postgresql://x", "nonsense"])
def test_servers_without_adapter_are_refused_by_name(url):
    with pytest.raises(ConfigurationError, match="APOLLONIA_BUS__URL"):
        sqlite_file(url, key=("bus", "url"), default=Path("/x"))
    with pytest.raises(ConfigurationError, match="APOLLONIA_CACHE__URL"):
        is_server(url, key=("cache", "url"), schemes=("redis", "rediss"))


def test_server_urls_name_a_host_and_no_password_is_told():
    key, schemes = ("cache", "url"), ("redis", "rediss")
    assert not is_server("", key=key, schemes=schemes)
    assert is_server("rediss://:pw@host:6379/0", key=key, schemes=schemes)
    for url in ("secret", "secret@host:1", "redis://:secret@", "redis://:secret@host:port/0"):
        with pytest.raises(ConfigurationError, match="APOLLONIA_CACHE__URL") as refused:
            is_server(url, key=key, schemes=schemes)
        assert "secret" not in refused.value.message


def test_other_commands_find_the_address_while_the_api_runs(tmp_path):
    assert running_address(tmp_path) is None
    with published_address(tmp_path, "127.0.0.1", 8020):
        assert running_address(tmp_path) == ("127.0.0.1", 8020)
    assert running_address(tmp_path) is None
