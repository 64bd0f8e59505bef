"""What a worker gives up before it looks at the first file.

Everywhere: a limit on its address space, no files may grow, few descriptors, no core dumps, low
priority, no Ctrl-C. On Linux besides: it dies with its parent, can gain no privileges, has no
network where the kernel lets it make a network of its own (root, or user namespaces allowed), and
on x86-64 and ARM64 it can open files for reading only, connect to nothing and start nothing
(seccomp). Where one of these is refused the others stand: FFmpeg itself is given nothing but one
open descriptor (see ``opening``).
"""

import contextlib
import ctypes
import os
import signal
import sys

from apollonia.media.workers.seccomp import install_filter

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_MAX_DESCRIPTORS = 64


def confine(*, memory_limit_bytes: int, nice: int, parent: int, devices: bool = False) -> list[str]:
    """Give up what decoding does not need; the names of the fences that hold.

    ``parent`` is the process that must be alive: when it is not, the worker exits. ``devices``: it
    is to use a GPU, whose driver opens devices for writing and maps more than there is; limits and
    the filter of calls are left out then.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fences = ["limits"] if not devices and _limits(memory_limit_bytes) else []
    with contextlib.suppress(OSError):
        os.nice(nice)
    if sys.platform != "linux":
        return fences
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)
    if _own_network():
        fences.append("network")
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        fences.append("privileges")
        if not devices and install_filter(libc):
            fences.append("calls")
    return fences


def _limits(memory_limit_bytes: int) -> bool:
    import resource  # noqa: PLC0415 - not on every system

    wanted = {
        resource.RLIMIT_AS: memory_limit_bytes,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _MAX_DESCRIPTORS,
    }
    held = True
    for limit, value in wanted.items():
        try:
            resource.setrlimit(limit, (value, value))
        except (OSError, ValueError):
            held = False
    return held


def _own_network() -> bool:
    """A network namespace with nothing in it.

    Unprivileged, this takes a user namespace; root keeps its own, or it would lose the right to
    read files of others.
    """
    if not hasattr(os, "unshare"):
        return False
    flags = os.CLONE_NEWNET if os.geteuid() == 0 else os.CLONE_NEWUSER | os.CLONE_NEWNET
    try:
        os.unshare(flags)
    except OSError:
        return False
    return True
