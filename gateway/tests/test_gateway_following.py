from datetime import UTC, datetime
from uuid import UUID

import pytest
from clavilux_gateway.domain.following import EventId, Follower, has_seen_the_end, is_whole
from clavilux_gateway.domain.jobs import Job
from clavilux_gateway.domain.telling import JobEvent
from hypothesis import given
from hypothesis import strategies as st


def event(sequence: int, n: int | None = None, name: str = "progress") -> JobEvent:
    return JobEvent(name, {} if n is None else {"n": n}, sequence)


def job(status: str, event_count: int) -> Job:
    return Job(
        id=UUID(int=1),
        status=status,
        current_stage=None,
        progress=0,
        estimated_remaining_s=None,
        total_cost_micros=0,
        video_key=None,
        failure=None,
        result=None,
        options={},
        stages=(),
        event_count=event_count,
        created_at=datetime(2026, 1, 31, tzinfo=UTC),
        completed_at=None,
    )


@given(st.from_regex(r"[A-Za-z0-9:.-]{1,40}", fullmatch=True), st.integers(0, 10**17), st.booleans())
def test_an_id_that_was_sent_is_read_back(stream: str, sequence: int, has_ended: bool) -> None:
    sent = EventId(stream, sequence, has_ended)
    assert EventId.parse(str(sent)) == sent


@pytest.mark.parametrize("text", [None, "", "7", "stream-", "stream-x", "-7", "s-٣", "s-" + "9" * 40, "a\nb-7"])
def test_what_is_no_id_of_ours_is_none(text: str | None) -> None:
    assert EventId.parse(text) is None


def test_an_event_that_was_published_twice_is_told_once() -> None:
    follower = Follower()
    assert [follower.admits(each) for each in (event(1, 1), event(2, 2), event(3, 1), event(4, 3))] == [
        True,
        True,
        False,
        True,
    ]


def test_what_a_snapshot_holds_already_is_not_told_again() -> None:
    follower = Follower(sequence=10, n=5)
    assert not follower.admits(event(9, 9))
    assert not follower.admits(event(11, 5))
    assert follower.admits(event(12))
    assert follower.admits(event(13, 6))


@given(st.lists(st.tuples(st.integers(1, 30), st.one_of(st.none(), st.integers(1, 10)))))
def test_nothing_is_told_twice_or_backwards(arrivals: list[tuple[int, int | None]]) -> None:
    follower = Follower()
    told = [(sequence, n) for sequence, n in arrivals if follower.admits(event(sequence, n))]
    sequences = [sequence for sequence, _ in told]
    numbers = [n for _, n in told if n is not None]
    assert sequences == sorted(set(sequences))
    assert numbers == sorted(set(numbers))


def test_nothing_is_missing_when_the_stream_still_holds_what_the_client_saw_last() -> None:
    assert is_whole([event(5, 3), event(9, 4)], since=5, event_count=4)


def test_nothing_is_missing_when_the_stream_holds_the_first_event() -> None:
    assert is_whole([event(8), event(9, 1)], since=5, event_count=1)
    assert is_whole([event(8)], since=5, event_count=0)
    assert is_whole([], since=5, event_count=0)


def test_something_is_missing_when_the_oldest_events_have_run_out() -> None:
    assert not is_whole([event(9, 4)], since=5, event_count=4)
    assert not is_whole([], since=5, event_count=4)


def test_the_end_was_seen_only_if_nothing_came_after_it() -> None:
    past = [event(1, 1), event(2, 2, "error"), event(3)]
    assert has_seen_the_end(past, job("failed", 2))
    assert not has_seen_the_end(past, job("processing", 3))  # it was retried
    assert not has_seen_the_end(past, job("completed", 9))
    assert not has_seen_the_end(past[:1], job("failed", 2))
    assert not has_seen_the_end([], job("failed", 2))
