"""CPU work beside the event loop: in a process of its own that can be killed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar, TypeVarTuple

from pebble import ProcessExpired, ProcessPool

from clavilux_kit.errors import Internal, TimedOut
from clavilux_kit.lifeline import die_with_parent
from clavilux_kit.telemetry import get_logger

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

_THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Worker:
    """One spawned process that runs one function at a time, others waiting their turn.

    It starts with the first call, dies with this process, and is replaced after it was killed. Functions are
    importable by name, arguments and results can be pickled. An async context manager.
    """

    def __init__(self, *, memory_bytes: int | None = None, threads: int = 1) -> None:
        """Prepare the worker.

        `memory_bytes` bounds its address space, so that a bad input ends in MemoryError and not in a dead machine;
        `threads` is what BLAS, OpenMP and numba may use.
        """
        # Libraries read these when they are loaded, which may be before an initialiser runs: so they are inherited.
        for name in _THREAD_COUNTS:
            os.environ.setdefault(name, str(threads))
        self._pool = ProcessPool(
            max_workers=1,
            context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(memory_bytes,),
        )

    async def run(self, function: Callable[[*Ts], T], *args: *Ts, timeout_s: float) -> T:
        """Return `function(*args)`, or raise what it raises.

        Raises TimedOut when it runs longer than `timeout_s` and Internal when the process dies; in both cases, and
        when the caller is cancelled, the process is killed and the next call gets a new one.
        """
        future = self._pool.schedule(function, args=list(args), timeout=timeout_s)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            get_logger().warning("worker_timed_out", function=function.__qualname__, timeout_s=timeout_s)
            raise TimedOut(f"The work took longer than {timeout_s:g} s.") from error
        except ProcessExpired as error:
            get_logger().error("worker_died", function=function.__qualname__, exit_code=error.exitcode)
            raise Internal("The work ended its process.") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble types its calls but not this one
        await asyncio.to_thread(self._pool.join)


def _prepare(memory_bytes: int | None) -> None:
    die_with_parent()
    if memory_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
