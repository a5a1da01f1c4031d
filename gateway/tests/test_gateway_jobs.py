import base64
import json
from uuid import uuid4

import pytest
from clavilux_kit.events import JOBS_COMMAND, EventBus

from gateway.tests.gateway_world import Orchestrator, RunningGateway

pytestmark = pytest.mark.integration


async def test_the_status_of_a_running_job_is_as_the_specification_writes_it(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(
        status="processing",
        current_stage="video_generation",
        progress=65,
        estimated_remaining=180,
        total_cost_micros=850_000,
    )
    await orchestrator.add_stage(job_id, "audio_analysis", "completed", duration_seconds=45.0)
    await orchestrator.add_stage(job_id, "scene_planning", "completed", duration_seconds=30.0)
    await orchestrator.add_stage(
        job_id, "video_generation", "processing", duration_seconds=9.0, items_done=3, items_total=6
    )

    answer = (await gateway.client().get(f"/api/v1/jobs/{job_id}")).json()

    created_at = answer.pop("created_at")
    assert created_at.endswith("+00:00")
    assert answer == {
        "job_id": str(job_id),
        "status": "processing",
        "current_stage": "video_generation",
        "progress": 65,
        "stages": {
            "audio_analysis": {"status": "completed", "duration": 45.0},
            "scene_planning": {"status": "completed", "duration": 30.0},
            "video_generation": {"status": "processing", "progress": "3/6"},
        },
        "estimated_remaining": 180,
        "costs": {"total": 0.85},
        "video_url": None,
        "error": None,
        "result": None,
        "completed_at": None,
    }
    assert list(answer["stages"]) == ["audio_analysis", "scene_planning", "video_generation"]


async def test_a_completed_job_has_a_url_of_its_video_that_works_and_what_was_measured(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    await gateway.store.put("video-outputs/j/final_video.f.mp4", b"a video")
    result = {"measurement": {"matched_cuts": 7}, "degradations": [{"code": "tempo_grid"}], "poster_key": "k"}
    job_id = await orchestrator.new_job(result=json.dumps(result))
    await orchestrator.complete(job_id)

    answer = (await gateway.client().get(f"/api/v1/jobs/{job_id}")).json()

    assert answer["status"] == "completed"
    assert answer["result"]["measurement"] == {"matched_cuts": 7}
    assert answer["result"]["degradations"] == [{"code": "tempo_grid"}]
    assert "poster_key" not in answer["result"]
    video = await gateway.client(token=None).get(answer["video_url"].removeprefix("http://localhost:8000"))
    assert video.content == b"a video"


async def test_a_failed_job_says_why(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job(
        status="failed", error_code="GENERATION_ERROR", error_message="Too few clips.", error_retryable=True
    )
    answer = (await gateway.client().get(f"/api/v1/jobs/{job_id}")).json()
    assert answer["error"] == {"code": "GENERATION_ERROR", "message": "Too few clips.", "retryable": True}


@pytest.mark.parametrize("path", ["", "/stream", "/download", "/cancel"])
@pytest.mark.parametrize("kind", ["unknown", "malformed", "another user's"])
async def test_what_is_not_your_job_is_not_found(
    gateway: RunningGateway, orchestrator: Orchestrator, path: str, kind: str
) -> None:
    stranger = uuid4()
    await gateway.database.execute("INSERT INTO accounts.users (id, email) VALUES ($1, 'stranger@localhost')", stranger)
    job_id = {
        "unknown": str(uuid4()),
        "malformed": "42",
        "another user's": str(await orchestrator.new_job(user_id=stranger, status="completed", video_url="k")),
    }[kind]

    method = "POST" if path == "/cancel" else "GET"
    response = await gateway.client().request(method, f"/api/v1/jobs/{job_id}{path}")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "NOT_FOUND"
    assert response.json()["detail"] == "There is no such job."
    assert await gateway.database.fetchval("SELECT count(*) FROM jobs.job_commands") == 0


async def test_the_list_goes_page_by_page_from_the_newest_to_the_oldest(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    made = [str(await orchestrator.new_job(options=json.dumps({"title": f"Song {place}"}))) for place in range(5)]
    listed, titles, cursor = [], [], None
    for size in (2, 2, 1):
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await gateway.client().get("/api/v1/jobs", params=params)).json()
        assert len(page["jobs"]) == size
        listed += [job["job_id"] for job in page["jobs"]]
        titles += [job["title"] for job in page["jobs"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert listed == made[::-1]
    assert titles[0] == "Song 4"


def forged_cursor(moment: str) -> str:
    return "cursor=" + base64.urlsafe_b64encode(f"{moment} 550e8400-e29b-41d4-a716-446655440000".encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=x", "cursor=nonsense", "cursor=%00"),
        # Times that cannot be told in UTC, and one of no zone.
        *map(forged_cursor, ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00")),
    ],
)
async def test_a_wrong_page_is_refused_with_400(gateway: RunningGateway, query: str) -> None:
    response = await gateway.client().get(f"/api/v1/jobs?{query}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [query.split("=", maxsplit=1)[0]]


async def test_a_cancel_is_one_command_and_rings_the_bell(
    gateway: RunningGateway, orchestrator: Orchestrator, nats_url: str
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    async with EventBus.connect(nats_url, "listener") as bus, bus.bell(JOBS_COMMAND) as rung:
        first = await gateway.client().post(f"/api/v1/jobs/{job_id}/cancel")
        await rung.wait()
    again = await gateway.client().post(f"/api/v1/jobs/{job_id}/cancel")

    assert first.status_code == again.status_code == 202
    assert first.json() == {"job_id": str(job_id), "status": "processing"}
    commands = await gateway.database.fetch("SELECT job_id, command, handled_at FROM jobs.job_commands")
    assert [tuple(command) for command in commands] == [(job_id, "cancel", None)]


async def test_a_finished_job_gets_no_command(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job(status="completed")
    response = await gateway.client().post(f"/api/v1/jobs/{job_id}/cancel")
    assert response.status_code == 202
    assert response.json()["status"] == "completed"
    assert await gateway.database.fetchval("SELECT count(*) FROM jobs.job_commands") == 0
