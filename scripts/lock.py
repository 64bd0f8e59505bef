"""Writes requirements/*.txt from pyproject.toml, and checks them without resolving anything.

    python scripts/lock.py            lock every set; pins that still fit stay
    python scripts/lock.py --upgrade  take the newest versions
    python scripts/lock.py --check    are the locks those of this pyproject.toml? (no network)

A lock's first line carries the digest of what it was made from, so that the check is a comparison.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"

BESIDE_DEV = ["--constraint", "requirements/run.txt", "--constraint", "requirements/dev.txt"]
# set → where its wishes stand in pyproject.toml. `dev` holds `run`, at the same versions.
SETS: dict[str, list[str]] = {
    "run": ["pyproject.toml"],
    "dev": ["pyproject.toml", "--group", "dev", "--constraint", "requirements/run.txt"],
    "build": ["--group", "build"],
    "uv": ["--group", "uv"],
    "node": ["--group", "node"],
    "tensorflow": ["--group", "tensorflow", *BESIDE_DEV],
    "gpu": ["pyproject.toml", "--extra", "gpu", *BESIDE_DEV],
}
HEADER = "# Made by `make lock` from pyproject.toml; do not edit. Inputs: sha256:"
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
ADDRESS = re.compile(r"https?://|^--(?:extra-)?index-url|^--find-links", re.MULTILINE)


def digest(name: str, pyproject: dict[str, Any]) -> str:
    """Hash what a set is made from: its own group, and the project's where it builds on them."""
    project = pyproject["project"]
    wishes: dict[str, Any] = {"python": project["requires-python"]}
    if name in {"run", "dev", "gpu"}:
        wishes["project"] = sorted(project["dependencies"])
    if name == "gpu":
        wishes["extra"] = sorted(project["optional-dependencies"][name])
    elif name != "run":
        wishes["group"] = sorted(pyproject["dependency-groups"][name])
    return hashlib.sha256(json.dumps(wishes, sort_keys=True).encode()).hexdigest()


def lock(name: str, pyproject: dict[str, Any], *, upgrade: bool) -> None:
    """Resolve one set for every platform and every supported Python."""
    print(f"locking requirements/{name}.txt", flush=True)
    target = LOCKS / f"{name}.txt"
    before = target.read_text() if target.exists() else ""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / target.name
        draft.write_text(before)  # its pins are kept where they still fit
        subprocess.run(  # noqa: S603 - our own script with our own arguments
            [
                ROOT / "scripts/uv.sh",
                *("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"),
                *("--no-emit-index-url", "--python-version", "3.12"),
                *(["--upgrade"] if upgrade else []),
                *SETS[name],
                *("--output-file", draft),
            ],
            cwd=ROOT,
            check=True,
        )
        after = f"{HEADER}{digest(name, pyproject)}\n{draft.read_text()}"
    if after != before:  # an unchanged lock keeps its time, and what was made from it
        target.write_text(after)


def python_faults(pyproject: dict[str, Any]) -> list[str]:
    """Say what is wrong with the Python locks."""
    faults = []
    pins: dict[str, dict[str, str]] = {}
    for name in SETS:
        path = LOCKS / f"{name}.txt"
        text = path.read_text() if path.exists() else ""
        pins[name] = dict(PIN.findall(text))
        if text.partition("\n")[0] != f"{HEADER}{digest(name, pyproject)}":
            faults.append(f"requirements/{name}.txt is not that of pyproject.toml: run `make lock`")
        if found := ADDRESS.search(text):
            faults.append(f"requirements/{name}.txt names an address: {found[0]}")
    faults += [
        f"requirements/dev.txt has {package} {pins['dev'].get(package)}, run.txt has {version}"
        for package, version in pins["run"].items()
        if pins["dev"].get(package) != version
    ]
    told = set(re.findall(r"[a-z0-9-]+", (ROOT / "NOTICE").read_text().lower()))
    faults += [
        f"NOTICE does not say what {package} is under"
        for package in pins["run"]
        if package not in told
    ]
    groups = pyproject["dependency-groups"]
    if not set(pyproject["build-system"]["requires"]) <= set(groups["build"]):
        faults.append("pyproject.toml: group `build` must hold all of build-system.requires")
    return faults


def npm_faults() -> list[str]:
    """Say what is wrong with the web page's lock: no registry, every hash, every platform."""
    path = ROOT / "web/package-lock.json"
    if not path.exists():
        return ["web/package-lock.json is missing"]
    faults = []
    packages = json.loads(path.read_text())["packages"]
    locked = {name.rpartition("node_modules/")[2] for name in packages}
    for name, package in packages.items():
        faults += [  # `npm ci` refuses a lock without the packages of other platforms
            f"web/package-lock.json: {name} wants {wanted}, which is not locked"
            for wanted in package.get("optionalDependencies", {})
            if wanted not in locked
        ]
        if "resolved" in package:
            faults.append(f"web/package-lock.json: {name} has a `resolved` address")
        elif name and not package.get("link") and "integrity" not in package:
            faults.append(f"web/package-lock.json: {name} has no integrity hash")
    return faults


def main(arguments: list[str]) -> int:
    """Lock, or check; faults found are exit code 1."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    if "--check" not in arguments:
        for name in SETS:
            lock(name, pyproject, upgrade="--upgrade" in arguments)
    faults = python_faults(pyproject) + npm_faults()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
