import time

import pytest
from clavilux_kit.errors import ClaviluxError, GenerationFailed, Unavailable
from clavilux_kit.retry import retrying


class Flaky:
    """Fails with each of `errors`, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.attempts = 0

    async def __call__(self) -> str:
        self.attempts += 1
        if self.errors:
            raise self.errors.pop(0)
        return "made"


async def test_an_error_that_may_pass_is_tried_again_until_it_does() -> None:
    flaky = Flaky(Unavailable("1"), Unavailable("2"))
    assert await retrying(flaky, on=(Unavailable,), waits_s=(0.0, 0.0, 0.0)) == "made"
    assert flaky.attempts == 3


async def test_the_last_error_is_raised_as_it_is() -> None:
    flaky = Flaky(*(Unavailable(str(n)) for n in range(9)))
    with pytest.raises(Unavailable, match=r"^3$"):
        await retrying(flaky, on=(Unavailable,), waits_s=(0.0, 0.0, 0.0))
    assert flaky.attempts == 4


async def test_any_other_error_is_raised_at_once() -> None:
    flaky = Flaky(GenerationFailed("refused"))
    with pytest.raises(GenerationFailed):
        await retrying(flaky, on=(Unavailable,))
    assert flaky.attempts == 1


async def test_a_predicate_can_decide() -> None:
    def may_pass(error: Exception) -> bool:
        return isinstance(error, ClaviluxError) and error.message == "busy"

    flaky = Flaky(Unavailable("busy"), Unavailable("gone"))
    with pytest.raises(Unavailable, match="gone"):
        await retrying(flaky, on=may_pass, waits_s=(0.0, 0.0))


async def test_the_waits_are_kept_in_order() -> None:
    flaky, started = Flaky(Unavailable("1"), Unavailable("2")), time.monotonic()
    await retrying(flaky, on=(Unavailable,), waits_s=(0.05, 0.1))
    assert 0.15 <= time.monotonic() - started < 1


async def test_without_waits_there_is_one_attempt() -> None:
    flaky = Flaky(Unavailable("1"))
    with pytest.raises(Unavailable):
        await retrying(flaky, on=(Unavailable,), waits_s=())
    assert flaky.attempts == 1


async def test_a_plain_function_that_returns_an_awaitable_is_awaited() -> None:
    flaky = Flaky(Unavailable("1"))
    assert await retrying(lambda: flaky(), on=(Unavailable,), waits_s=(0.0,)) == "made"  # noqa: PLW0108
    assert flaky.attempts == 2
