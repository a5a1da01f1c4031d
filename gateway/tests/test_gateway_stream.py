import asyncio
import socket
from uuid import UUID, uuid4

import pytest
from clavilux_gateway.adapters.event_tap import LiveEvents
from clavilux_gateway.domain.telling import JobEvent

from gateway.tests.gateway_world import TOKEN, Orchestrator, RunningGateway, Sse

pytestmark = pytest.mark.integration


def names(events: list[Sse]) -> list[str]:
    return [event.event for event in events]


async def begin(gateway: RunningGateway, job_id: UUID) -> tuple["asyncio.Task[list[Sse]]", asyncio.Queue[Sse]]:
    """Follow a job until its end; return once the snapshot is there."""
    seen: asyncio.Queue[Sse] = asyncio.Queue()

    async def follow() -> list[Sse]:
        events = []
        async for event in gateway.events(job_id):
            seen.put_nowait(event)
            events.append(event)
        return events

    following = asyncio.create_task(follow())
    async with asyncio.timeout(5):
        assert (await seen.get()).event == "snapshot"
    return following, seen


async def test_a_client_gets_a_snapshot_then_what_happens_then_the_end(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing", progress=10)
    await orchestrator.tell(job_id, "progress", progress=10)
    following, _ = await begin(gateway, job_id)

    await orchestrator.tell(job_id, "stage_update", stage="audio_analysis", status="completed", duration_s=4.5)
    await orchestrator.chat(job_id, "Generating clip 3/6")
    await orchestrator.tell(job_id, "cost_update", stage="scene_planning", cost_micros=60_000, total_micros=850_000)
    await orchestrator.tell(job_id, "clip", index=0, total=6, key="video-clips/j/clip_1.f.mp4", start_s=0.0, end_s=4.0)
    await orchestrator.complete(job_id)
    async with asyncio.timeout(5):
        events = await following

    assert names(events) == ["snapshot", "stage_update", "message", "cost_update", "clip", "completed"]
    snapshot, stage, message, cost, clip, completed = (event.data for event in events)
    assert snapshot == (await gateway.client().get(f"/api/v1/jobs/{job_id}")).json() | {
        "status": "processing",
        "progress": 10,
        "video_url": None,
        "completed_at": None,
        "costs": {"total": 0.0},
    }
    assert stage == {"stage": "audio_analysis", "status": "completed", "duration": 4.5}
    assert message == {"text": "Generating clip 3/6", "stage": "video_generation", "fraction": 0.5}
    assert cost == {"stage": "scene_planning", "cost": 0.06, "total": 0.85}
    assert clip.pop("url").startswith("http://localhost:8000/media/video-clips/j/clip_1.f.mp4?expires=")
    assert clip == {"index": 0, "total": 6, "start": 0.0, "end": 4.0}
    assert completed.pop("video_url").startswith("http://localhost:8000/media/video-outputs/j/final_video.f.mp4?")
    assert completed == {"total_cost": 1.2}
    sequences = [event.sequence for event in events]
    assert sequences == sorted(set(sequences))


async def test_a_client_that_comes_back_is_told_exactly_what_it_missed(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id, other = await orchestrator.new_job(status="processing"), await orchestrator.new_job()
    following, _ = await begin(gateway, job_id)
    for progress in range(1, 21):
        await orchestrator.tell(job_id, "progress", progress=progress)
        await orchestrator.tell(other, "progress", progress=progress)
        await orchestrator.chat(job_id, f"after {progress}")
    await orchestrator.complete(job_id)
    async with asyncio.timeout(5):
        whole = (await following)[1:]

    assert len(whole) == 41
    for place in (0, 1, 7, 20, 39):
        missed = await gateway.follow(job_id, since=whole[place].id)
        assert [(event.id, event.event) for event in missed] == [
            (event.id, event.event) for event in whole[place + 1 :]
        ]
        assert [event.data for event in missed[:-1]] == [event.data for event in whole[place + 1 : -1]]


async def test_however_often_the_connection_breaks_nothing_is_lost_or_doubled(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    following, seen = await begin(gateway, job_id)
    await orchestrator.tell(job_id, "progress", progress=0)
    last_id, cut = (await seen.get()).id, 1
    following.cancel()

    async def happen() -> None:
        for progress in range(1, 61):
            await orchestrator.tell(job_id, "progress", progress=progress)
            await asyncio.sleep(0.005)
        await orchestrator.complete(job_id)

    happening = asyncio.create_task(happen())
    told: list[Sse] = []
    async with asyncio.timeout(20):
        while not told or told[-1].event != "completed":
            told += await gateway.follow(job_id, since=last_id, until=cut)
            last_id, cut = told[-1].id if told else last_id, cut % 7 + 1
    await happening

    assert [event.data["progress"] for event in told[:-1]] == list(range(1, 61))


async def test_two_clients_are_told_the_same(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job(status="processing")
    first, _ = await begin(gateway, job_id)
    second, _ = await begin(gateway, job_id)
    for progress in range(10):
        await orchestrator.tell(job_id, "progress", progress=progress)
    await orchestrator.tell(job_id, "cancelled", {"status": "cancelled"})
    async with asyncio.timeout(5):
        assert (await first)[1:] == (await second)[1:]
    assert names(await first)[-1] == "cancelled"


async def test_an_event_that_is_in_the_snapshot_already_is_not_told_after_it(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    late = await orchestrator.record(job_id, progress=5)
    following, _ = await begin(gateway, job_id)
    await orchestrator.publish(job_id, "progress", late, {"progress": 5})
    await orchestrator.tell(job_id, "progress", progress=6)
    await orchestrator.complete(job_id)
    async with asyncio.timeout(5):
        events = await following
    assert events[0].data["progress"] == 5
    assert [event.data["progress"] for event in events[1:-1]] == [6]


async def test_an_event_that_was_published_twice_is_told_once_also_to_who_comes_back(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    following, _ = await begin(gateway, job_id)
    for progress in (1, 2, 3):
        await orchestrator.tell(job_id, "progress", progress=progress)
    await orchestrator.publish(job_id, "progress", 2, {"progress": 2}, attempt=1)
    await orchestrator.complete(job_id)
    async with asyncio.timeout(5):
        events = await following
    assert [event.data["progress"] for event in events[1:-1]] == [1, 2, 3]
    assert names(await gateway.follow(job_id, since=events[3].id)) == ["completed"]


async def test_an_event_of_another_version_is_skipped(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job(status="processing")
    following, _ = await begin(gateway, job_id)
    await orchestrator.tell(job_id, "from_the_future", wonder=1)
    await orchestrator.tell(job_id, "clip", index=1)
    await orchestrator.complete(job_id)
    async with asyncio.timeout(5):
        assert names(await following) == ["snapshot", "completed"]


@pytest.mark.parametrize("since", ["123-7", "nonsense", "", "{stream}-999999999"])
async def test_an_id_that_is_not_known_brings_a_snapshot(
    gateway: RunningGateway, orchestrator: Orchestrator, since: str
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    await orchestrator.tell(job_id, "progress", progress=1)
    [snapshot] = await gateway.follow(job_id, until=1)
    stream = snapshot.id.rsplit("-", 1)[0]
    [first] = await gateway.follow(job_id, since=since.format(stream=stream), until=1)
    assert first.event == "snapshot"


async def test_an_id_whose_successors_have_run_out_brings_a_snapshot(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    [snapshot] = await gateway.follow(job_id, until=1)
    await orchestrator.record(job_id)  # its event is no longer in the stream
    await orchestrator.tell(job_id, "progress", progress=2)
    [first] = await gateway.follow(job_id, since=snapshot.id, until=1)
    assert first.event == "snapshot"


async def test_who_comes_after_the_end_gets_a_snapshot_and_the_end(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    await orchestrator.complete(job_id)
    events = await gateway.follow(job_id)
    assert names(events) == ["snapshot", "completed"]
    assert events[1].data["total_cost"] == 1.2


async def test_who_has_seen_the_end_is_sent_away_with_204(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job(status="processing")
    following, _ = await begin(gateway, job_id)
    failure = {"status": "failed", "error_code": "TIMEOUT", "error_message": "Too slow.", "error_retryable": True}
    await orchestrator.tell(job_id, "error", failure, error="Too slow.", code="TIMEOUT", retryable=True)
    async with asyncio.timeout(5):
        live = await following
    assert live[-1].data == {"error": "Too slow.", "code": "TIMEOUT", "retryable": True}
    told_late = await gateway.follow(job_id)
    assert told_late[-1].data == live[-1].data

    for last_id in (live[-1].id, told_late[-1].id):
        path = f"/api/v1/jobs/{job_id}/stream"
        by_header = await gateway.client().get(path, headers={"Last-Event-ID": last_id})
        by_query = await gateway.client().get(path, params={"Last-Event-ID": last_id})
        assert by_header.status_code == by_query.status_code == 204


async def test_who_missed_only_the_end_is_told_it(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job(status="processing")
    await orchestrator.tell(job_id, "progress", progress=1)
    [snapshot] = await gateway.follow(job_id, until=1)
    await orchestrator.complete(job_id)
    assert names(await gateway.follow(job_id, since=snapshot.id)) in (["completed"], ["progress", "completed"])


async def test_a_job_that_was_retried_goes_on_after_its_first_end(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    following, _ = await begin(gateway, job_id)
    await orchestrator.tell(
        job_id, "error", {"status": "failed"}, error="Generation failed", code="GENERATION_ERROR", retryable=True
    )
    async with asyncio.timeout(5):
        first_end = (await following)[-1]
    await orchestrator.tell(job_id, "progress", {"status": "processing"}, progress=50)
    await orchestrator.complete(job_id)
    assert names(await gateway.follow(job_id, since=first_end.id)) == ["progress", "completed"]


async def test_the_stream_is_marked_as_one(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job()
    async with gateway.client().stream("GET", f"/api/v1/jobs/{job_id}/stream") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-cache"
        assert response.headers["x-accel-buffering"] == "no"


async def test_a_client_that_goes_leaves_nothing_behind(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job()
    await gateway.follow(job_id, until=1)
    await _until_clients(gateway, 0)


async def test_a_client_that_does_not_read_is_dropped_and_another_is_told_everything(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    host, port = gateway.address.split(":")
    with socket.create_connection((host, int(port))) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = f"GET /api/v1/jobs/{job_id}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        deaf.sendall(request.encode())
        following, _ = await begin(gateway, job_id)
        await _until_clients(gateway, 2)
        for number in range(600):
            await orchestrator.chat(job_id, f"{number} " + "x" * 20_000)
            await asyncio.sleep(0.002)
        await _until_clients(gateway, 1)
        await orchestrator.complete(job_id)
        async with asyncio.timeout(10):
            events = await following
    assert [event.data["text"].split()[0] for event in events[1:-1]] == [str(number) for number in range(600)]


async def test_a_queue_that_is_full_ends_after_what_is_in_it() -> None:
    events = LiveEvents(0, capacity=10)
    for sequence in range(1, 31):
        events.offer(JobEvent("progress", {}, sequence))
    assert await _sequences(events) == list(range(1, 11))


async def _until_clients(gateway: RunningGateway, count: int) -> None:
    async with asyncio.timeout(10):
        while gateway.tap.client_count != count:  # noqa: ASYNC110  # the tap tells nobody
            await asyncio.sleep(0.01)


async def _sequences(events: LiveEvents) -> list[int]:
    return [event.sequence async for event in events]


async def test_a_stream_is_not_given_for_an_unknown_job(gateway: RunningGateway) -> None:
    response = await gateway.client().get(f"/api/v1/jobs/{uuid4()}/stream")
    assert response.status_code == 404
