"""Starting and stopping a child process that never outlives its parent."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from clavilux_kit.lifeline import leashed


class StartFailed(Exception):
    """A child process ended, or stayed unready, while it was being started. The message has its last words."""


def start(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, which gets `death_signal` when this process dies, however it dies.

    A session of its own keeps the terminal's Ctrl-C away: the parent decides the order in which children stop.
    Call it from a thread that lives as long as the process: Linux ties the signal to the thread that forked.

    Args:
        command: The program and its arguments.
        log: File to which standard output and error are appended.
        environment: The whole environment; None inherits this process's.
        death_signal: What the kernel sends to the child when its parent is gone.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            leashed(command, death_signal=death_signal),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, patience_s: float = 10.0) -> None:
    """Asks a child to stop and, when its patience is over, kills its whole process group."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], *, log: Path, timeout_s: float) -> None:
    """Returns when `ready()` is true.

    Raises:
        StartFailed: The process ended, or was not ready in time.
    """
    deadline = time.monotonic() + timeout_s
    while not ready():
        if process.poll() is not None:
            raise StartFailed(f"{log.stem} ended with {process.returncode}:\n{last_words(log)}")
        if time.monotonic() > deadline:
            stop(process, by=signal.SIGKILL)
            raise StartFailed(f"{log.stem} was not ready in {timeout_s:.0f} s:\n{last_words(log)}")
        time.sleep(0.02)


def last_words(log: Path, *, lines: int = 8) -> str:
    """The last lines of a log, for an error message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no output)"
