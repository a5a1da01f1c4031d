"""Folders on the disk that are gone afterwards, whatever happens."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clavilux_kit.errors import CompositionFailed
from clavilux_kit.telemetry import get_logger

_SPARE_BYTES = 64 << 20
_PREFIX = "clavilux-compose-"


class DiskWorkspace:
    """Makes temporary folders under one folder. Their names tell whose they are."""

    def __init__(self, root: Path) -> None:
        """Makes `root` where it is missing, and removes what composers that were killed left in it."""
        self._root = root
        root.mkdir(parents=True, exist_ok=True)
        for folder in root.glob(f"{_PREFIX}*"):
            if not _is_at_work(folder):
                shutil.rmtree(folder, ignore_errors=True)
                get_logger().info("leftover_removed", folder=folder.name)

    @contextmanager
    def open(self, needed_bytes: int) -> Iterator[Path]:
        """An empty folder, if the disk has the room now.

        Raises:
            CompositionFailed: saying how much is missing, or that the disk was full after all.
        """
        free = shutil.disk_usage(self._root).free
        if free < needed_bytes + _SPARE_BYTES:
            raise CompositionFailed(
                f"The composition needs {needed_bytes >> 20} MB on the disk, and {free >> 20} MB are free."
            )
        with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._root) as folder:
            try:
                yield Path(folder)
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                    raise
                raise CompositionFailed("The disk is full.") from error


def _is_at_work(folder: Path) -> bool:
    """Whether the process that the folder is named after lives and is not this one, which has just begun."""
    owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
    if not owner.isdecimal() or int(owner) == os.getpid():
        return False
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
