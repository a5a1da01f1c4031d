import asyncio
import json
from typing import Any

import pytest
from clavilux_kit.errors import BudgetExceeded, GenerationFailed, Internal, TimedOut, Unavailable, ValidationFailed
from clavilux_kit.events import EventBus
from clavilux_orchestrator.domain.stages import STAGES

pytestmark = pytest.mark.integration

Stage = Any
ITEMS = ["song", "plan", "scene_1", "scene_2", "char_1", "clip_0", "clip_1", "clip_2", "clip_3", "video"]


async def test_a_song_becomes_a_video_and_everything_is_told_in_order(stage: Stage) -> None:
    job_id = await stage.upload()
    async with EventBus.connect(stage.nats_url, "test") as bus, stage.orchestrator():
        job = await stage.until(job_id, "completed")
        told = await stage.told(job_id)
        heard = await heard_on_the_bus(bus, job_id, len(told))
    assert dict(stage.studio.asked) == dict.fromkeys(ITEMS, 1)
    assert job["progress"] == 100
    assert job["video_url"].startswith(f"video-outputs/{job_id}/final_video.")
    assert [payload["n"] for _, payload in told] == list(range(1, len(told) + 1))
    assert heard == told
    begun = [each["stage"] for name, each in told if name == "stage_update" and "duration_s" in each]
    assert begun == [each.name for each in STAGES]
    assert sorted(each["index"] for name, each in told if name == "clip") == [0, 1, 2, 3]
    percents = [each["progress"] for name, each in told if name == "progress"]
    assert percents == sorted(percents)
    assert told[-1] == ("completed", {"video_key": job["video_url"], "total_micros": 0, "n": len(told), "epoch": 1})
    assert job["result"]["plan"]["shots"] == 4
    assert job["result"]["providers"]["video_generation"] == ["local/animator"]
    assert set(job["result"]["timings_s"]) == {each.name for each in STAGES}


async def heard_on_the_bus(bus: EventBus, job_id: str, count: int) -> list[tuple[str, dict[str, object]]]:
    """What a client hears, fine progress left out."""
    async with asyncio.timeout(10):
        while True:
            events = [event async for event in bus.replay(job_id, after_sequence=0, until_sequence=2**62)]
            numbered = [(event.name, dict(event.payload)) for event in events if "n" in event.payload]
            if len(numbered) >= count:
                return numbered
            await asyncio.sleep(0.05)


async def test_the_planner_finds_the_analysis_where_it_was_told(stage: Stage) -> None:
    job_id = await stage.upload()
    async with stage.orchestrator():
        await stage.until(job_id, "completed")
    key = stage.studio.requests["plan"].analysis_key
    assert json.loads((stage.folder / key).read_text())["tempo"]["bpm"] == 120.0


async def test_the_same_song_is_heard_once_for_two_jobs(stage: Stage) -> None:
    first = await stage.upload(b"the same bytes")
    async with stage.orchestrator():
        await stage.until(first, "completed")
        second = await stage.upload(b"the same bytes")
        third = await stage.upload(b"other bytes")
        await stage.until(second, "completed")
        await stage.until(third, "completed")
    assert stage.studio.asked["song"] == 2


async def test_a_fallback_is_told_once_in_each_result_also_where_the_song_was_known(stage: Stage) -> None:
    stage.studio.fallbacks["song"] = "tempo_grid"
    first, second = await stage.upload(b"the same bytes"), await stage.upload(b"the same bytes")
    async with stage.orchestrator():
        results = [(await stage.until(job_id, "completed"))["result"] for job_id in (first, second)]
    assert [[each["code"] for each in result["degradations"]] for result in results] == [["tempo_grid"]] * 2


async def test_a_worker_that_dies_is_followed_by_one_that_goes_on_where_it_was(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.held.add("clip_3")
    async with stage.orchestrator(heartbeat_s=60.0):  # silent from now on: as good as dead
        await stage.studio.until_asked("clip_3")
        await until_kept(stage, job_id, 8)
        async with stage.orchestrator():
            await stage.studio.until_asked("clip_3", times=2)
            stage.studio.held.clear()
            job = await stage.until(job_id, "completed")
    assert job["epoch"] == 2
    assert {item: times for item, times in stage.studio.asked.items() if times > 1} == {"clip_3": 2}
    started = [each["stage"] for name, each in await stage.told(job_id) if name == "stage_update"]
    assert started.count("audio_analysis") == 2  # processing and completed, once each


async def until_kept(stage: Stage, job_id: str, count: int) -> None:
    async with asyncio.timeout(10):
        while count > await stage.owner.fetchval("SELECT count(*) FROM jobs.artefacts WHERE job_id = $1", job_id):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_worker_that_was_overtaken_stops_and_writes_nothing_more(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.held.add("clip_0")
    async with stage.orchestrator(jobs_at_once=1):
        await stage.studio.until_asked("clip_0")
        await until_kept(stage, job_id, 8)
        await stage.owner.execute("UPDATE jobs.jobs SET epoch = epoch + 1, worker = 'another', heartbeat_at = now()")
        told = await stage.told(job_id)
        stage.studio.held.clear()
        await asyncio.sleep(0.5)
        assert await stage.told(job_id) == told
    assert stage.studio.asked["video"] == 0
    assert (await stage.job(job_id))["worker"] == "another"


async def test_a_stopped_orchestrator_hands_its_jobs_back(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.held.add("clip_1")
    async with stage.orchestrator() as stopping:
        await stage.studio.until_asked("clip_1")
        stopping.set()
    job = await stage.job(job_id)
    assert (job["status"], job["worker"], job["takings"]) == ("queued", None, 0)
    assert stage.studio.cancelled == []
    stage.studio.held.clear()
    async with stage.orchestrator():
        await stage.until(job_id, "completed")


async def test_a_service_that_is_away_is_waited_for_and_then_told_of(stage: Stage) -> None:
    job_id = await stage.upload()
    async with stage.orchestrator(planner_target="127.0.0.1:1"):
        job = await stage.until(job_id, "failed")
    assert (job["error_code"], job["error_retryable"]) == ("UNAVAILABLE", True)
    assert "planner" in job["error_message"]
    name, payload = (await stage.told(job_id))[-1]
    assert (name, payload["code"], payload["retryable"]) == ("error", "UNAVAILABLE", True)
    await stage.command(job_id, "retry")
    async with stage.orchestrator():
        await stage.until(job_id, "completed")
    assert stage.studio.asked["song"] == 1


async def test_a_full_service_is_waited_for_longer_than_one_that_is_away(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures["clip_0"] = Unavailable("The service is full.")
    async with stage.orchestrator(unavailable_wait_s=0.2):
        await stage.studio.until_asked("clip_0", times=12)
        assert (await stage.job(job_id))["status"] == "processing"
        stage.studio.failures.clear()
        await stage.until(job_id, "completed")


async def test_a_running_job_is_cancelled_at_its_services_too(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.held |= {"clip_1", "clip_2"}
    async with stage.orchestrator():
        await stage.studio.until_asked("clip_2")
        await until_kept(stage, job_id, 7)
        await stage.command(job_id, "cancel")
        job = await stage.until(job_id, "cancelled")
        await asyncio.sleep(0.3)
    assert sorted(stage.studio.cancelled) == sorted(
        stage.studio.requests[item].request_id for item in ("clip_1", "clip_2")
    )
    assert job["worker"] is None
    assert (await stage.told(job_id))[-1][0] == "cancelled"
    assert stage.studio.asked["video"] == 0
    assert await stage.owner.fetchval("SELECT count(*) FROM jobs.job_commands WHERE handled_at IS NULL") == 0


async def test_a_job_that_is_cancelled_in_its_last_stage_stops_the_composer(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.held.add("video")
    async with stage.orchestrator():
        await stage.studio.until_asked("video")
        await stage.command(job_id, "cancel")
        await stage.until(job_id, "cancelled")
    assert stage.studio.cancelled == [stage.studio.requests["video"].request_id]


async def test_a_clip_that_is_given_up_for_its_time_is_not_made_on(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures["clip_2"] = TimedOut("The clip took too long.")
    async with stage.orchestrator():
        await stage.until(job_id, "completed")
    assert stage.studio.cancelled == [stage.studio.requests["clip_2"].request_id]


async def test_a_missing_clip_leaves_its_place_in_the_video(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures["clip_2"] = GenerationFailed("The model refused.", spent_micros=70)
    async with stage.orchestrator():
        job = await stage.until(job_id, "completed")
    slots = stage.studio.requests["video"].slots
    assert [bool(slot.clip_key) for slot in slots] == [True, True, False, True]
    assert slots[2].still_key == f"{stage.studio.requests['scene_1'].output_prefix}.png"
    (degradation,) = job["result"]["degradations"]
    assert (degradation["code"], degradation["item"]) == ("clip_missing", "clip_2")
    assert job["total_cost_micros"] == 70


async def test_too_few_clips_fail_the_job_and_a_retry_asks_for_the_missing_only(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures |= {name: GenerationFailed("The model refused.") for name in ("clip_0", "clip_2")}
    async with stage.orchestrator():
        job = await stage.until(job_id, "failed")
        assert (job["error_code"], job["error_message"]) == (
            "GENERATION_ERROR",
            "Only 2 of 4 clips could be made. The model refused.",
        )
        stage.studio.failures.clear()
        await stage.command(job_id, "retry")
        await stage.until(job_id, "completed")
    assert {item for item, times in stage.studio.asked.items() if times > 1} == {"clip_0", "clip_2"}


async def test_a_picture_that_fails_is_done_by_text(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures["scene_2"] = GenerationFailed("No.")
    async with stage.orchestrator():
        job = await stage.until(job_id, "completed")
    assert [bool(stage.studio.requests[f"clip_{n}"].scene_image_key) for n in range(4)] == [True, False, True, False]
    assert [(each["code"], each["item"]) for each in job["result"]["degradations"]] == [("text_only", "scene_2")]


async def test_when_most_pictures_fail_all_clips_are_made_by_text(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures |= {name: GenerationFailed("No.") for name in ("scene_1", "char_1")}
    async with stage.orchestrator():
        job = await stage.until(job_id, "completed")
    assert not any(stage.studio.requests[f"clip_{n}"].scene_image_key for n in range(4))
    assert [each["item"] for each in job["result"]["degradations"]] == ["", "char_1", "scene_1"]


async def test_what_was_spent_is_booked_once_and_told(stage: Stage) -> None:
    stage.studio.cost_micros = 1000
    job_id = await stage.upload()
    async with stage.orchestrator():
        job = await stage.until(job_id, "completed")
    assert job["total_cost_micros"] == 9000  # all but the composer, which buys nothing
    rows = await stage.owner.fetch("SELECT stage_name, sum(cost_micros) AS sum FROM jobs.job_costs GROUP BY 1")
    stages = await stage.owner.fetch("SELECT stage_name, cost_micros FROM jobs.job_stages WHERE cost_micros > 0")
    assert {row["stage_name"]: row["sum"] for row in rows} == {row["stage_name"]: row["cost_micros"] for row in stages}
    totals = [each["total_micros"] for name, each in await stage.told(job_id) if name == "cost_update"]
    assert totals == [1000 * n for n in range(1, 10)]


async def test_a_job_stops_where_its_money_ends(stage: Stage) -> None:
    stage.studio.cost_micros = 1000
    job_id = await stage.upload(budget_micros=2500)
    async with stage.orchestrator():
        job = await stage.until(job_id, "failed")
    assert job["error_code"] == "BUDGET_EXCEEDED"
    assert stage.studio.requests["song"].max_cost_micros == 2500
    assert stage.studio.requests["plan"].max_cost_micros == 1500
    assert stage.studio.asked["clip_0"] == 0


async def test_a_service_that_refuses_for_money_ends_the_job(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures["clip_1"] = BudgetExceeded("The clip would pass the limit.")
    async with stage.orchestrator():
        job = await stage.until(job_id, "failed")
    assert (job["error_code"], job["error_retryable"]) == ("BUDGET_EXCEEDED", False)


async def test_a_song_that_cannot_be_heard_fails_for_good_with_its_reason(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures["song"] = ValidationFailed("This is no song.")
    async with stage.orchestrator():
        job = await stage.until(job_id, "failed")
        await stage.command(job_id, "retry")
        await asyncio.sleep(0.5)
    assert (job["error_code"], job["error_message"]) == ("VALIDATION_ERROR", "This is no song.")
    assert (await stage.job(job_id))["status"] == "failed"
    assert stage.studio.asked["song"] == 1
    statuses = await stage.owner.fetch("SELECT stage_name, status FROM jobs.job_stages")
    assert [tuple(row) for row in statuses] == [("audio_analysis", "failed")]


async def test_a_job_that_breaks_us_is_answered_opaquely_and_others_go_on(stage: Stage) -> None:
    broken = await stage.upload(options=json.dumps({"aspect_ratio": "7:3"}))
    whole = await stage.upload()
    async with stage.orchestrator():
        job = await stage.until(broken, "failed")
        await stage.until(whole, "completed")
    assert (job["error_code"], job["error_message"]) == ("INTERNAL", "Something went wrong on our side.")


async def test_a_job_that_takes_too_long_is_ended(stage: Stage) -> None:
    job_id = await stage.upload(running_s=899.0)
    stage.studio.held.add("plan")
    async with stage.orchestrator():
        job = await stage.until(job_id, "failed")
        assert (job["error_code"], job["error_retryable"]) == ("TIMEOUT", True)
    assert stage.studio.cancelled == [stage.studio.requests["plan"].request_id]


async def test_five_clips_are_made_at_once_and_no_more(stage: Stage) -> None:
    stage.studio.shots = 8
    await stage.upload()
    stage.studio.held |= {f"clip_{n}" for n in range(8)}
    async with stage.orchestrator():
        await stage.studio.until_asked("clip_4")
        await asyncio.sleep(0.3)
        assert stage.studio.most_at_once == 5
        stage.studio.held.clear()
        async with asyncio.timeout(10):
            while stage.studio.asked["video"] == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert stage.studio.most_at_once == 5


async def test_an_internal_error_of_a_service_is_not_tried_again(stage: Stage) -> None:
    job_id = await stage.upload()
    stage.studio.failures["video"] = Internal("The composer broke.")
    async with stage.orchestrator():
        job = await stage.until(job_id, "failed")
    assert (job["error_code"], job["error_retryable"]) == ("INTERNAL", False)
    assert stage.studio.asked["video"] == 1
