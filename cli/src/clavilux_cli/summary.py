"""The closing words of a render: where the file is, how long it took, and where its cuts fell."""

from pathlib import Path
from typing import Any

FRAME_S = 1 / 30


def summarise(job: dict[str, Any], *, file: Path, elapsed_s: float) -> str:
    """The summary of a completed job, in a few lines.

    Args:
        job: The job's status document.
        file: Where the video was written.
        elapsed_s: From the upload to the written file.
    """
    result: dict[str, Any] = job.get("result") or {}
    measured: dict[str, Any] = result.get("measurement") or {}
    size_mb = file.stat().st_size / 1e6
    lines = [
        f"{file}  ({size_mb:.1f} MB)",
        f"made in {elapsed_s:.0f} s, for ${float(job.get('costs', {}).get('total', 0)):.2f}",
    ]
    if measured:
        lines += [
            f"{measured['video_duration_s']:.2f} s of video, {measured['audio_duration_s']:.2f} s of audio, "
            f"{measured['frame_count']} frames; audio {abs(measured['audio_offset_s']) * 1000:.1f} ms off the song",
            _cuts(measured),
        ]
    lines += [f"note: {degradation['message']}" for degradation in result.get("degradations", [])]
    return "\n".join(lines)


def _cuts(measured: dict[str, Any]) -> str:
    planned = measured["planned_cut_frames"]
    if not planned:
        return "no hard cuts were planned"
    worst_beat_s = float(measured["worst_beat_distance_s"])
    return (
        f"{measured['matched_cuts']} of {len(planned)} planned cuts found in the finished file, "
        f"the farthest {measured['worst_cut_frames']} frames from its plan and "
        f"{worst_beat_s * 1000:.0f} ms ({worst_beat_s / FRAME_S:.1f} frames) from a beat"
    )
