"""What starting any server takes: its user, its folder, its port, its end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]


class CannotStart(Exception):  # noqa: N818 - said to a person as it stands
    """Why a server is not there, and what would help."""


def install(*packages: str) -> None:
    """Debian's packages, where we may; their own services are not started.

    Raises:
        CannotStart: not root, or no Debian.
    """
    wanted = " ".join(packages)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise CannotStart(f"install {wanted} by your system's package manager, then try again")
    print(f"services: installing {wanted}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        retried = [str(SCRIPTS / "retry.sh"), *apt, *words]
        done = subprocess.run(retried, env=quiet, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - our words
        if done.returncode:
            raise CannotStart(f"apt-get could not install {wanted}")


def own_folder(parent: Path, name: str, user: str) -> Path:
    """A folder for one server, which its user may write."""
    folder = parent / name
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def as_user(user: str, command: Sequence[str]) -> list[str]:
    """The command run by that user; by ourselves where we are not root."""
    if os.geteuid() != 0:
        return list(command)
    group = pwd.getpwnam(user).pw_gid  # nobody has none of its own name
    drop = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    return [*drop, *command]


def ready_made(user: str, path: Path, text: str) -> Path:
    """A file with this text, read by that user alone."""
    path.write_text(text)
    path.chmod(0o600)
    if os.geteuid() == 0:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, limit_s: float = 60
) -> str:
    """What a command printed.

    Raises:
        CannotStart: it failed or took too long; with its last words.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our words
            command, env=env, capture_output=True, text=True, timeout=limit_s, check=False, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotStart(f"{command[0]}: {error}") from error
    if done.returncode:
        raise CannotStart(f"{' '.join(command)}: {(done.stderr or done.stdout)[-500:]}")
    return done.stdout


def spawn(command: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None) -> int:
    """Start a server that stays in the foreground, in a session of its own; its process id."""
    with log.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603 - our words
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=env,
            cwd="/",
            start_new_session=True,
        )
    process.returncode = 0  # it is ended by its id; where a test started it, no warning
    return process.pid


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def password() -> str:
    """A new one, of letters that need no quoting in a URL."""
    return secrets.token_hex(16)


def wait_for(what: str, ready: Callable[[], bool], limit_s: float) -> None:
    """Wait until ``ready``.

    Raises:
        CannotStart: not within the limit.
    """
    end = time.monotonic() + limit_s
    while not ready():
        if time.monotonic() > end:
            raise CannotStart(f"{what} did not answer within {limit_s:.0f} s")
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Whether something listens on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(pid: int, limit_s: float = 20) -> None:
    """End a process that we started: asked first, killed after the limit."""
    for number, patience in ((signal.SIGTERM, limit_s), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        end = time.monotonic() + patience
        while time.monotonic() < end and alive(pid):
            time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
