"""The one policy of retries: a first try, then one after each wait, for errors that may pass."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_chain, wait_fixed

from clavilux_kit.telemetry import RETRIES, get_logger

T = TypeVar("T")


async def retrying(
    operation: Callable[[], Awaitable[T]],
    *,
    on: Callable[[Exception], bool] | tuple[type[Exception], ...],
    waits_s: tuple[float, ...] = (2.0, 4.0),
) -> T:
    """Run `operation` until it succeeds, at most `len(waits_s) + 1` times: three by default.

    `on` says which errors may pass: a predicate, or their types. Any other error, and the last one, is raised as it
    is. A timeout of one attempt is the operation's own; the caller's deadline covers all attempts and waits.
    """

    def may_pass(error: BaseException) -> bool:
        if isinstance(on, tuple):
            return isinstance(error, on)
        return isinstance(error, Exception) and on(error)

    async def attempt() -> T:
        # tenacity awaits coroutine functions only; a lambda that returns an awaitable is as good.
        return await operation()

    attempts = AsyncRetrying(
        retry=retry_if_exception(may_pass),
        wait=wait_chain(*(wait_fixed(wait_s) for wait_s in waits_s or (0.0,))),
        stop=stop_after_attempt(len(waits_s) + 1),
        before_sleep=_report,
        reraise=True,
    )
    return await attempts(attempt)


def _report(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    RETRIES.labels(type(error).__name__).inc()
    get_logger().warning(
        "retrying",
        attempt=state.attempt_number,
        wait_s=state.next_action.sleep if state.next_action else 0.0,
        error=type(error).__name__,
    )
