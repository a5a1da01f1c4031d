"""How a process tells that it serves, and how it is asked to stop."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def announced(ready_file: Path | None, address: str) -> Iterator[None]:
    """While it lasts, `ready_file` holds this process's pid and address; it appears whole and is removed at the end."""
    if ready_file is None:
        yield
        return
    ready_file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = ready_file.with_name(f".{ready_file.name}.{os.getpid()}")
    unfinished.write_text(json.dumps({"pid": os.getpid(), "address": address}))
    unfinished.replace(ready_file)
    try:
        yield
    finally:
        ready_file.unlink(missing_ok=True)


async def until_stopped() -> None:
    """Return when SIGTERM or SIGINT comes. Further signals are ignored until the process ends."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
