"""Which folders take uploads, and by which rules: as the settings say, and none by default."""

import pytest

from apollonia.adapters.uploads import FolderSpool
from apollonia.config.settings import FilesSettings, IngestSettings, Settings
from apollonia.errors import ConfigurationError
from apollonia.ingest.uploads.service import UploadPorts
from apollonia.observe.metrics import Metrics
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_index import MemoryIndex
from apollonia.wiring.ingest import resolve_roots
from apollonia.wiring.uploads import upload_landing


class Nobody:
    async def examine(self, spooled):
        raise NotImplementedError


def services(tmp_path, ingest=None, **files):
    folders = {name: tmp_path / name for name in ("a", "b")}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    own = {folders[name]: choice for name, choice in files.pop("per_root", {}).items()}
    chosen = FilesSettings(roots=tuple(folders.values()), per_root=own, **files)
    settings = Settings(files=chosen, ingest=ingest or IngestSettings())
    ports = UploadPorts(
        spool=FolderSpool(tmp_path / "uploads"),
        examiner=Nobody(),
        index=MemoryIndex(),
        clock=ManualClock(),
        metrics=Metrics(),
        statuses=list,
        is_ignored=lambda _root, _path: False,
    )
    return upload_landing(settings, ports, resolve_roots(chosen, tmp_path / "data"))


def taking(tmp_path, **files):
    made = services(tmp_path, **files)
    return [root.name[-1] for service in made for root in service._options.roots]


def test_no_root_takes_uploads_unless_it_is_allowed(tmp_path):
    assert taking(tmp_path) == []
    assert taking(tmp_path, uploads=True) == ["a", "b"]
    assert taking(tmp_path, uploads=True, per_root={"a": {"uploads": False}}) == ["b"]
    assert taking(tmp_path, per_root={"b": {"uploads": True}}) == ["b"]
    assert taking(tmp_path, uploads=True, uploads_root=tmp_path / "b") == ["b", "a"]


@pytest.mark.parametrize("folder", [".", "a", "c"])
def test_default_folder_for_uploads_must_take_them(tmp_path, folder):
    with pytest.raises(ConfigurationError, match=r"APOLLONIA_FILES__UPLOADS_ROOT.*that do: \S+/b$"):
        taking(tmp_path, per_root={"b": {"uploads": True}}, uploads_root=tmp_path / folder)


def test_bad_naming_rule_is_told_with_its_setting(tmp_path):
    ingest = IngestSettings(upload_naming_video="{nobody}")
    with pytest.raises(ConfigurationError, match=r"INGEST__UPLOAD_NAMING_VIDEO.*nobody"):
        services(tmp_path, ingest, uploads=True)
