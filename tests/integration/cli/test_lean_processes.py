"""What a process does not use it does not load: each costs seconds and memory in every service."""

import subprocess
import sys

import pytest

_HEAVY = {"alembic", "av", "essentia", "librosa", "neo4j", "numpy", "redis"}


@pytest.mark.parametrize("module", ["apollonia.cli.app", "apollonia.wiring.ingest"])
def test_a_process_loads_nothing_heavy_at_its_start(module):
    code = f"import sys, {module}; print(sorted({_HEAVY} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "[]"
