"""Starts `apollonia up` for `make run`, in the foreground of the terminal.

MEDIA, DATA, HOST and PORT come from the environment. A terminal sends Ctrl-C to everything in
its foreground group. Were make in it, make would die of the signal although Apollonia stopped
cleanly; so Apollonia gets a foreground group of its own, as a shell would give it.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path


def media_folders(media: str) -> list[str]:
    """Split MEDIA into folders: one, whatever its name, or several with commas between."""
    if not media.strip():
        return []
    if Path(media).expanduser().is_dir():
        parts = [media]
    else:
        parts = [part.strip() for part in media.split(",")]
    return [str(Path(part).expanduser()) for part in parts if part]


def command(environ: dict[str, str]) -> list[str]:
    """Give the command line; what is not set is left to the program's own choice."""
    line = [str(Path(sys.executable).with_name("apollonia")), "up"]
    for option, name in (("--data", "DATA"), ("--host", "HOST"), ("--port", "PORT")):
        if value := environ.get(f"MAKE_RUN_{name}", "").strip():
            line += [option, str(Path(value).expanduser()) if name == "DATA" else value]
    folders = media_folders(environ.get("MAKE_RUN_MEDIA", ""))
    return [*line, "--", *folders] if folders else line


def own_terminal() -> int | None:
    """Give the terminal this process is in the foreground of, if any."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    if os.tcgetpgrp(terminal) == os.getpgrp():
        return terminal
    os.close(terminal)
    return None


def run_in_foreground(line: list[str], terminal: int) -> int:
    """Run a command in a foreground process group of its own and give its exit code."""
    child = subprocess.Popen(line, process_group=0)  # noqa: S603 - what the caller asked to run
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # we hand the terminal over from behind
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    os.tcsetpgrp(terminal, child.pid)
    while True:
        _, status = os.waitpid(child.pid, os.WUNTRACED)
        os.tcsetpgrp(terminal, os.getpgrp())
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        os.kill(0, signal.SIGSTOP)  # Ctrl-Z: stop make too; the shell's fg or bg goes on here
        if os.tcgetpgrp(terminal) == os.getpgrp():
            os.tcsetpgrp(terminal, child.pid)
        os.killpg(child.pid, signal.SIGCONT)


def main() -> int:
    """Run, and answer as a shell does: 128 + n for a child that died of signal n."""
    environ = dict(os.environ)
    line = command(environ)
    terminal = own_terminal()
    if terminal is None:
        os.execv(line[0], line)  # noqa: S606 - no shell is wanted
    code = run_in_foreground(line, terminal)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
