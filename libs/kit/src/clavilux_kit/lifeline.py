"""Children that do not outlive their parent, however it dies.

This file also runs by itself, as the few lines between `leashed` and the command; it imports nothing of ours.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
# Loaded here and not in the function: between fork and exec nothing may be loaded.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent_pid: int | None = None, *, death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send `death_signal` to this process when its parent dies.

    For initialisers of worker processes (the parent is known there) and for `preexec_fn`, where the caller passes its
    own `os.getpid()`: it closes the race in which the parent died before the kernel was told. On systems other than
    Linux it does nothing.

    In a process that speaks gRPC use `leashed` instead of `preexec_fn`, which forks: gRPC's fork handlers then break
    its connections now and then. The kernel watches the *thread* that started this process: do not start it from one
    that ends. Raises OSError when the kernel refuses.
    """
    if _LIBC is None:
        return
    if _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    expected_pid = parent_pid or _known_parent_pid()
    if expected_pid is not None and os.getppid() != expected_pid:
        os.kill(os.getpid(), signal.SIGKILL)


def leashed(command: Sequence[str], *, death_signal: signal.Signals = signal.SIGKILL) -> list[str]:
    """Return the command so that it gets `death_signal` when this process dies; for subprocess and asyncio, no fork.

    A small Python (some 30 ms) tells the kernel and then becomes the command: pid, group and pipes are the command's.
    """
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(death_signal)), *command]


def _known_parent_pid() -> int | None:
    multiprocessing = sys.modules.get("multiprocessing")  # loaded in every process that it has started
    parent = multiprocessing.parent_process() if multiprocessing is not None else None
    return parent.pid if parent is not None else None


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]), death_signal=signal.Signals(int(sys.argv[2])))
    os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606  # no shell is wanted
