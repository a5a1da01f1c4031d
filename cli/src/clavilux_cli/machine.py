"""One machine: Postgres, NATS and every process of Clavilux, started in order, watched, and stopped in reverse."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from clavilux_embedded import StartFailed, open_nats, open_postgres, start, stop
from clavilux_embedded.process import last_words
from clavilux_schema import migrate

from clavilux_cli import environment
from clavilux_cli.home import Home

_START_TIMEOUT_S = 120.0  # the first start on a machine compiles kernels
_RESTARTS_A_MINUTE = 5


class MachineFailed(Exception):
    """A part that nothing works without has ended. The message has its last words."""


@dataclass
class Child:
    """A process of ours and how to start it."""

    name: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)


@dataclass
class Machine:
    """Everything that runs here. Made by `open_machine`."""

    home: Home
    url: str
    servers: dict[str, subprocess.Popen[bytes]]
    children: list[Child] = field(default_factory=list)

    async def launch(self, *children: Child) -> None:
        """Starts children at once and returns when all serve.

        Raises:
            StartFailed: One ended or was not ready in time; with its last words.
        """
        for child in children:
            self._start(child)
            self.children.append(child)
        deadline = time.monotonic() + _START_TIMEOUT_S
        for child in children:
            while (address := self.home.address(child.name)) is None:
                self._require_alive(child, deadline)
                await asyncio.sleep(0.05)
            child.environment["CLAVILUX_LISTEN"] = address  # where a later start of it has to be found

    async def watch(self) -> None:
        """Starts again what ended by itself, on the same address. Returns only by raising.

        Raises:
            MachineFailed: Postgres or NATS ended, or a process ends again and again.
        """
        while True:
            await asyncio.sleep(0.5)
            for name, server in self.servers.items():
                if server.poll() is not None:
                    raise MachineFailed(f"{name} ended with {server.returncode}:\n{last_words(self.home.log(name))}")
            for child in self.children:
                if child.process is not None and child.process.poll() is not None:
                    self._restart(child)

    def stop(self) -> None:
        """Stops the children, the last started first."""
        for child in reversed(self.children):
            if child.process is not None:
                stop(child.process)
        self.children.clear()

    def _start(self, child: Child) -> None:
        ready_file = self.home.ready_file(child.name)
        ready_file.parent.mkdir(parents=True, exist_ok=True)
        ready_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", f"clavilux_{child.name}.main"]
        told = child.environment | {"CLAVILUX_READY_FILE": str(ready_file)}
        child.process = start(command, log=self.home.log(child.name), environment=told)
        child.starts.append(time.monotonic())

    def _require_alive(self, child: Child, deadline: float) -> None:
        log = self.home.log(child.name)
        if child.process is not None and child.process.poll() is not None:
            raise StartFailed(f"{child.name} ended with {child.process.returncode}:\n{last_words(log)}")
        if time.monotonic() > deadline:
            raise StartFailed(f"{child.name} was not ready in {_START_TIMEOUT_S:.0f} s:\n{last_words(log)}")

    def _restart(self, child: Child) -> None:
        child.starts = [moment for moment in child.starts if moment > time.monotonic() - 60]
        if len(child.starts) > _RESTARTS_A_MINUTE:
            raise MachineFailed(f"{child.name} ends again and again:\n{last_words(self.home.log(child.name))}")
        self._start(child)


@contextlib.asynccontextmanager
async def open_machine(home: Home, *, port: int, say: Callable[[str], None]) -> AsyncIterator[Machine]:
    """Starts everything on `home` and stops it at the end.

    Args:
        home: The folder, held by this process.
        port: The gateway's; where it is taken, a free one is used.
        say: Told what is being done, in a few words.

    Raises:
        StartFailed: Something did not start; with its last words.
    """
    with contextlib.ExitStack() as stack:
        say("Starting Postgres and NATS")
        postgres = stack.enter_context(open_postgres(home.folder / "postgres", log=home.log("postgres")))
        nats = stack.enter_context(open_nats(home.folder / "nats", log=home.log("nats")))
        say("Migrating the database")
        migrate(postgres.dsn())
        listen = f"127.0.0.1:{environment.free_port(port)}"
        machine = Machine(home, f"http://{listen}", {"postgres": postgres.process, "nats": nats.process})
        stack.callback(machine.stop)
        told = environment.shared(home, nats_url=nats.url, public_url=machine.url)
        say("Starting the services")
        await machine.launch(*(Child(service, dict(told)) for service in environment.SERVICES))
        targets = {child.name: child.environment["CLAVILUX_LISTEN"] for child in machine.children}
        say("Starting orchestrator and gateway")
        await machine.launch(
            Child("orchestrator", told | environment.orchestrator(postgres, targets)),
            Child("gateway", told | environment.gateway(home, postgres, listen=listen)),
        )
        yield machine
