import os
import stat
import subprocess
import sys

import pytest


@pytest.mark.parametrize("made_before", [True, False])
def test_files_in_the_data_folder_are_their_owners_alone(tmp_path, made_before):
    data = tmp_path / "data"
    if made_before:
        data.mkdir(mode=0o755)
        data.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "apollonia", "migrate", "--data", str(data)],
        env={**os.environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        umask=0o022,
    )
    assert done.returncode == 0, done.stderr
    files = [path for path in data.rglob("*") if path.is_file()]
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(data.stat().st_mode) == (0o755 if made_before else 0o700)
