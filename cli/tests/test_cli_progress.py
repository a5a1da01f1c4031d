"""What the command line makes of a job's events."""

from pathlib import Path

from clavilux_cli.client import Event
from clavilux_cli.progress import JobProgress
from clavilux_cli.summary import summarise


def told(*events: tuple[str, dict[str, object]]) -> JobProgress:
    progress = JobProgress()
    for name, data in events:
        progress.take(Event(name, data))
    return progress


def test_stages_clips_and_cost_follow_the_events() -> None:
    progress = told(
        ("stage_update", {"stage": "audio_analysis", "status": "completed", "duration": 2.5}),
        ("stage_update", {"stage": "video_generation", "status": "processing", "progress": "0/4"}),
        ("clip", {"index": 2, "total": 4, "url": "http://x"}),
        ("cost_update", {"stage": "video_generation", "cost": 0.06, "total": 0.85}),
        ("progress", {"progress": 41, "estimated_remaining": 30}),
    )
    assert progress.stages["audio_analysis"].status == "completed"
    assert progress.stages["audio_analysis"].duration_s == 2.5
    assert progress.stages["video_generation"].detail == "1/4"
    assert (progress.percent, progress.remaining_s, progress.cost) == (41, 30, 0.85)


def test_a_snapshot_sets_everything_that_was_missed() -> None:
    progress = told(
        ("snapshot", {
            "progress": 60,
            "costs": {"total": 1.5},
            "stages": {"scene_planning": {"status": "completed", "duration": 1, "progress": None}},
        }),
    )  # fmt: skip
    assert progress.stages["scene_planning"].status == "completed"
    assert (progress.percent, progress.cost) == (60, 1.5)


def test_an_event_of_a_newer_gateway_changes_nothing() -> None:
    assert told(("invented_later", {"x": 1})) == JobProgress()


def test_the_summary_says_where_the_cuts_fell(tmp_path: Path) -> None:
    file = tmp_path / "video.mp4"
    file.write_bytes(b"x" * 2_000_000)
    measurement = {
        "video_duration_s": 18.0, "audio_duration_s": 18.0, "frame_count": 540, "audio_offset_s": 0.0004,
        "planned_cut_frames": [58, 116], "matched_cuts": 2, "worst_cut_frames": 0, "worst_beat_distance_s": 0.011,
    }  # fmt: skip
    degradations = [{"stage": "audio_analysis", "code": "tempo_grid", "message": "The beat was guessed.", "item": ""}]
    job = {"costs": {"total": 0.5}, "result": {"measurement": measurement, "degradations": degradations}}
    text = summarise(job, file=file, elapsed_s=61.2)
    assert "2 of 2 planned cuts found" in text
    assert "11 ms" in text
    assert "2.0 MB" in text
    assert "note: The beat was guessed." in text
