"""One taking of a job: what its stages share. Items are asked for here, and nowhere else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from clavilux_kit.errors import BudgetExceeded, Cancelled, ClaviluxError, TimedOut, Unavailable, error_for
from clavilux_kit.telemetry import DEGRADATIONS, STAGE_DURATION, get_logger

from clavilux_orchestrator.domain.items import Item
from clavilux_orchestrator.domain.job import Artefact, Cost, History, Job, JobEvent, Position
from clavilux_orchestrator.domain.money import costs_of
from clavilux_orchestrator.domain.stages import STAGES, Document, Stage, percent, remaining_s
from clavilux_orchestrator.ports import AnalysisCache, Announcer, DocumentStore, Journal, Services

Tell = Callable[[Item, Document], JobEvent]
"""Makes the event that tells of an item's reply."""

_STOPS_THE_JOB = (Unavailable, BudgetExceeded, Cancelled)
_DESCRIBE_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class World:
    """What a job's stages work with."""

    journal: Journal
    cache: AnalysisCache
    services: Services
    store: DocumentStore
    announcer: Announcer
    unavailable_wait_s: float


class Taking:
    """One taking of a job, from its claim to its end, its hand-back or the loss of its lease."""

    def __init__(self, job: Job, history: History, world: World) -> None:
        self.job = job
        self.world = world
        self.cost_micros = job.total_cost_micros
        self.degradations: list[Document] = []
        self.stage_seconds = dict(history.finished)
        self._replies = dict(history.replies)
        self._stage, self._stage_began, self._done, self._total = STAGES[0], time.monotonic(), 0, 0
        self._calls: dict[str, str] = {}  # request_id -> service, of calls that may still run
        self._waiting_for: set[str] = set()
        self._keeping = asyncio.Lock()

    @property
    def budget_left_micros(self) -> int:
        """What may still be spent."""
        return max(0, self.job.budget_micros - self.cost_micros)

    @asynccontextmanager
    async def stage(self, stage: Stage, total: int) -> AsyncIterator[None]:
        """Lead `total` items through a stage; a stage that an earlier taking finished is not told of again."""
        self._stage, self._stage_began, self._done, self._total = stage, time.monotonic(), 0, total
        cost_before, success = self.cost_micros, False
        told_before = stage.name in self.stage_seconds
        if not told_before:
            await self.world.journal.mark(self.job.lease, "processing", self._position(), None)
        try:
            yield
            success = True
        finally:
            self._account(success=success, cost_micros=self.cost_micros - cost_before)
        if not told_before:
            seconds = time.monotonic() - self._stage_began
            await self.world.journal.mark(self.job.lease, "completed", self._position(fraction=1.0), seconds)
            self.stage_seconds[stage.name] = round(seconds, 3)

    def has(self, item: Item) -> bool:
        """Whether the item was answered before, well or badly."""
        return _address(item) in self._replies

    def latest(self, stage: Stage) -> Document | None:
        """The last good reply of a stage, whatever was asked."""
        good = [reply for (name, *_), reply in self._replies.items() if name == stage.name and "failure" not in reply]
        return good[-1] if good else None

    async def obtain(self, item: Item, tell: Tell | None = None) -> Document:
        """The reply to an item: what is kept, or else a new one, which is kept.

        Raises:
            ClaviluxError: the item's failure, now or kept; `Unavailable` when the service is away too long;
                `BudgetExceeded` when this item passed the limit.
            LeaseLost: the job is somebody else's.
        """
        reply = self._replies.get(_address(item))
        if reply is None:
            reply = await self._make(item, tell)
        else:
            self._done += "failure" not in reply
        return self._answered(item, reply)

    async def adopt(self, item: Item, reply: Document) -> Document:
        """Keep a reply that was made for another job as this item's own, at no cost."""
        reply = {**reply, "costs": []}
        await self.keep(item, reply)
        return self._answered(item, reply)

    async def obtain_all(
        self, items: Sequence[Item], *, at_once: int, tell: Tell | None = None
    ) -> Mapping[str, Document | ClaviluxError]:
        """Replies to many items by name; an item that failed has its error, as long as the job can go on without."""
        gate = asyncio.Semaphore(at_once)

        async def one(item: Item) -> Document | ClaviluxError:
            async with gate:
                try:
                    return await self.obtain(item, tell)
                except _STOPS_THE_JOB:
                    raise
                except ClaviluxError as error:
                    return error

        try:
            async with asyncio.TaskGroup() as group:
                tasks = {item.name: group.create_task(one(item)) for item in items}
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return {name: task.result() for name, task in tasks.items()}

    async def ask(self, service: str) -> Document:
        """What a service offers."""
        return await self._call_patiently(service, "Describe", {}, _DESCRIBE_TIMEOUT_S)

    async def keep(
        self, item: Item, reply: Document, *, costs: tuple[Cost, ...] = (), tell: Tell | None = None
    ) -> None:
        """Keep a reply. Raises `BudgetExceeded` when it took the job past its limit."""
        artefact = Artefact(
            stage=item.stage,
            item=item.name,
            fingerprint=item.fingerprint,
            request_id=item.request_id(self.job.id),
            reply=reply,
            costs=costs,
            events=(tell(item, reply),) if tell is not None and "failure" not in reply else (),
        )
        # One at a time: progress is told in the order in which it is counted.
        async with self._keeping:
            self._done += "failure" not in reply
            self.cost_micros = await self.world.journal.keep(self.job.lease, artefact, self._position())
        self._replies[_address(item)] = reply
        if self.cost_micros > self.job.budget_micros:
            raise BudgetExceeded("The video's cost has passed its limit.")

    def degrade(self, stage: Stage, code: str, message: str, item: str = "") -> None:
        """Note a fallback; it stands in the result."""
        DEGRADATIONS.labels(code=code).inc()
        self.degradations.append({"stage": stage.name, "code": code, "message": message, "item": item})

    def _answered(self, item: Item, reply: Document) -> Document:
        if "failure" in reply:
            raise error_for(reply["failure"]["code"], reply["failure"]["message"])
        for each in reply.get("degradations", []):
            self.degrade(item.stage, each["code"], each["message"], each["item"] or item.name)
        return reply

    async def cancel_calls(self) -> None:
        """Cancel what may still run at the services. A broken connection alone cancels nothing."""
        calls, self._calls = self._calls, {}
        await asyncio.gather(*(self.world.services.cancel(service, each) for each, service in calls.items()))

    async def _make(self, item: Item, tell: Tell | None) -> Document:
        request_id = item.request_id(self.job.id)
        self._calls[request_id] = item.stage.service
        request = item.addressed(self.job.id, self.budget_left_micros)
        reply: dict[str, Any]
        try:
            reply = dict(await self._call_patiently(item.stage.service, item.stage.method, request, item.deadline_s))
            costs = costs_of(reply)
        except ClaviluxError as error:
            if isinstance(error, Unavailable | Cancelled) and not error.spent_micros:
                raise
            get_logger().warning("item_failed", job_id=self.job.id, item=item.name, code=error.code)
            if isinstance(error, TimedOut):  # nobody waits for it any more; the service may still be at it, and pay
                await self.world.services.cancel(item.stage.service, request_id)
            reply = {"failure": {"code": error.code, "message": error.message}}
            costs = (Cost(f"{item.stage.service}/failed", error.spent_micros),) if error.spent_micros else ()
        del self._calls[request_id]
        await self.keep(item, reply, costs=costs, tell=tell)
        return reply

    async def _call_patiently(self, service: str, method: str, request: Document, timeout_s: float) -> Document:
        refused_at: float | None = None  # a service that dies at work was not away before
        while True:
            try:
                reply = await self.world.services.call(service, method, request, timeout_s=timeout_s)
            except Unavailable as error:
                if error.spent_micros:
                    raise
                refused_at = refused_at or time.monotonic()
                waited_s = time.monotonic() - refused_at
                if waited_s >= self.world.unavailable_wait_s and not await self._is_full(service, waited_s, timeout_s):
                    raise Unavailable(f"The {service} service does not answer. Try again later.") from error
                await self._tell_of_waiting(service)
                await asyncio.sleep(min(1.0, self.world.unavailable_wait_s / 4))
            else:
                self._waiting_for.discard(service)
                return reply

    async def _is_full(self, service: str, waited_s: float, timeout_s: float) -> bool:
        # A full service refuses work and still says what it offers; a place in it is worth a call's own time.
        if waited_s >= timeout_s:
            return False
        try:
            await self.world.services.call(service, "Describe", {}, timeout_s=_DESCRIBE_TIMEOUT_S)
        except ClaviluxError:
            return False
        return True

    async def _tell_of_waiting(self, service: str) -> None:
        if service not in self._waiting_for:
            self._waiting_for.add(service)
            get_logger().warning("waiting_for_service", job_id=self.job.id, service=service)
            text = f"Waiting for the {service} service"
            await self.world.announcer.message(self.job.id, stage=self._stage.name, text=text)

    def _position(self, fraction: float | None = None) -> Position:
        share = self._done / max(self._total, 1) if fraction is None else fraction
        elapsed_s = time.monotonic() - self._stage_began
        left_s = remaining_s(self._stage, share, elapsed_s, self.job.duration_s)
        return Position(self._stage, self._done, self._total, percent(self._stage, share), left_s)

    def _account(self, *, success: bool, cost_micros: int) -> None:
        duration_s = round(time.monotonic() - self._stage_began, 3)
        STAGE_DURATION.labels(stage=self._stage.name, success=str(success).lower()).observe(duration_s)
        get_logger().info(
            "stage_completed" if success else "stage_ended",
            job_id=self.job.id,
            stage=self._stage.name,
            duration_s=duration_s,
            cost_micros=cost_micros,
            success=success,
        )


def _address(item: Item) -> tuple[str, str, str]:
    return item.stage.name, item.name, item.fingerprint
