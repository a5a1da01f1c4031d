"""The one folder that holds everything a machine keeps: database, streams, objects, logs and keys."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path


class AlreadyRunning(Exception):
    """Another process has this folder. The message says which."""


@dataclass(frozen=True)
class Home:
    """Paths and keys under one folder."""

    folder: Path

    @property
    def logs(self) -> Path:
        """Where each process writes its log."""
        return self.folder / "logs"

    @property
    def objects(self) -> Path:
        """Where the local object store lies."""
        return self.folder / "objects"

    @property
    def scratch(self) -> Path:
        """Where the processes put their temporary files."""
        return self.folder / "tmp"

    def log(self, process: str) -> Path:
        """The log of one process."""
        return self.logs / f"{process}.log"

    def ready_file(self, process: str) -> Path:
        """Where a process reports its address once it serves."""
        return self.folder / "run" / f"{process}.json"

    def address(self, process: str) -> str | None:
        """The reported address of a process that is alive; None where there is none."""
        try:
            report = json.loads(self.ready_file(process).read_text())
            os.kill(int(report["pid"]), 0)
        except (OSError, ValueError, KeyError):
            return None
        return str(report["address"])

    def secret(self, name: str) -> str:
        """A key that is drawn once and kept, readable by its owner only."""
        file = self.folder / "secrets" / name
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists() or not file.stat().st_size:
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(32))
        return file.read_text()

    def is_held(self) -> bool:
        """Whether a process has this folder for itself."""
        with contextlib.suppress(FileNotFoundError), self._lock.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    @property
    def _lock(self) -> Path:
        return self.folder / "lock"


def find_home(folder: Path | None) -> Home:
    """The folder asked for, else what CLAVILUX_DATA says, else the user's data folder."""
    named = folder or (Path(os.environ["CLAVILUX_DATA"]) if os.environ.get("CLAVILUX_DATA") else None)
    return Home((named or user_data_path("clavilux")).absolute())


@contextlib.contextmanager
def owned(home: Home) -> Iterator[Home]:
    """Holds the folder for this process alone.

    Raises:
        AlreadyRunning: Another process holds it. The kernel drops the lock with its holder, so none is ever stale.
    """
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home.folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(
                f"Clavilux already runs on {home.folder} (process {lock.read() or 'unknown'})."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        # What a machine that was killed has left; its process numbers may be others' by now.
        for stale in home.ready_file("any").parent.glob("*.json"):
            stale.unlink()
        shutil.rmtree(home.scratch, ignore_errors=True)
        home.scratch.mkdir()
        yield home
