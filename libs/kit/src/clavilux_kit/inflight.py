"""Calls that run in this process, by request_id: joined, detached from their clients, cancelled only on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from clavilux_kit.errors import Cancelled
from clavilux_kit.telemetry import get_logger

T = TypeVar("T")


class InFlight(Generic[T]):
    """A broken connection is not a cancel: a call outlives its clients, and a later one attaches to it.

    An async context manager; on leaving it the calls that still run are interrupted and waited for.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[T]] = {}

    async def run(self, request_id: str, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Join the call that runs under `request_id`, or start it; then wait for its result.

        Raises what the call raises, `Cancelled` if `cancel` ended it, and `asyncio.CancelledError` if the waiting
        client itself went away, in which case the call runs on.
        """
        task = self._tasks.get(request_id)
        if task is None:
            task = asyncio.create_task(start(), name=f"call {request_id}")
            self._tasks[request_id] = task
            task.add_done_callback(lambda done: self._ended(request_id, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled() and not _is_being_cancelled():
                raise Cancelled("The call was cancelled.") from None
            raise

    async def cancel(self, request_id: str) -> bool:
        """Cancel a running call and wait until it has cleaned up. False where it is unknown or ended by itself."""
        task = self._tasks.get(request_id)
        if task is None:
            return False
        if not task.cancelling():
            task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    async def wait(self, request_id: str) -> None:
        """Wait until no call runs under `request_id`, whatever its outcome."""
        task = self._tasks.get(request_id)
        if task is not None:
            await asyncio.wait([task])

    def __len__(self) -> int:
        """Count the calls that run now."""
        return len(self._tasks)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, request_id: str, task: asyncio.Task[T]) -> None:
        del self._tasks[request_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            # Said here as well, since nobody may be waiting any more.
            get_logger().info("call_failed", request_id=request_id, error=type(error).__name__)


def _is_being_cancelled() -> bool:
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0
