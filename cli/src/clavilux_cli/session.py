"""How long a machine is up: until Ctrl-C, or for one piece of work."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console

from clavilux_cli.home import Home, owned
from clavilux_cli.machine import MachineFailed, open_machine


class RunningMachine(Protocol):
    """A machine to work with."""

    @property
    def url(self) -> str:
        """Where its gateway answers."""

    async def watch(self) -> None:
        """Raises when it can no longer work."""


@dataclass(frozen=True)
class ForeignMachine:
    """A machine that another process started and watches."""

    url: str
    home: Home

    async def watch(self) -> None:
        """Waits while that process lives. Raises MachineFailed when it has gone."""
        while self.home.is_held():  # noqa: ASYNC110  # the kernel tells nobody of a lock that is free
            await asyncio.sleep(0.5)
        raise MachineFailed(f"The machine that was up on {self.home.folder} has stopped.")


@contextlib.asynccontextmanager
async def running_machine(home: Home, *, port: int, console: Console) -> AsyncIterator[RunningMachine]:
    """The machine that is already up on `home`, else one that is up for as long as this context."""
    with _signals_cancel():
        while home.is_held():
            if (address := home.address("gateway")) is not None:
                yield ForeignMachine(f"http://{address}", home)
                return
            await asyncio.sleep(0.2)  # it is starting, or it stops
        with owned(home):
            console.print(f"data and logs: {home.folder}")
            async with open_machine(home, port=port, say=console.print) as machine:
                yield machine


async def stay_up(home: Home, *, port: int, console: Console) -> None:
    """Starts everything and stays until it is interrupted."""
    with _signals_cancel(), owned(home):
        console.print(f"data and logs: {home.folder}")
        async with open_machine(home, port=port, say=console.print) as machine:
            console.print(f"Clavilux is up: {machine.url} (API: {machine.url}/docs)")
            console.print(f"token: in {home.folder / 'secrets' / 'token'}; stop with Ctrl-C")
            await machine.watch()


async def run_until(work: Coroutine[None, None, None], watch: Coroutine[None, None, None]) -> None:
    """Runs `work` to its end, or until `watch` raises."""
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(watch)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def _signals_cancel() -> Iterator[None]:
    """Makes Ctrl-C and SIGTERM end the work, so that the machine stops in order.

    SIGINT by name as well: a shell starts its background jobs with that signal ignored, and they inherit it.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
