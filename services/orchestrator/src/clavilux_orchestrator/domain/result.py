"""What is told of a finished video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clavilux_orchestrator.domain.plan import Plan
from clavilux_orchestrator.domain.stages import STAGES, Document

_ORDER = {stage.name: number for number, stage in enumerate(STAGES)}


def result_document(
    plan: Plan,
    images: Mapping[str, Document],
    clips: Mapping[str, Document],
    video: Document,
    degradations: Iterable[Document],
    stage_seconds: Mapping[str, float],
) -> Document:
    """Measurement, what was done to clips, fallbacks, a summary of the plan, who made what, and how long it took."""
    document = plan.document
    return {
        "measurement": video["measurement"],
        "adjustments": video["adjustments"],
        "degradations": sorted(degradations, key=lambda each: (_ORDER[each["stage"]], each["item"])),
        "plan": {
            "summary": document.get("summary", ""),
            "author": document.get("author", ""),
            "style": document["style"].get("preset", ""),
            "scenes": len(plan.scenes),
            "characters": len(plan.characters),
            "shots": len(plan.shots),
            "clips": len(plan.clips),
            "estimate_micros": int(document.get("estimate_micros", 0)),
        },
        "providers": {
            "scene_planning": [document.get("author", "")],
            "reference_generation": _makers(list(images.values())),
            "video_generation": _makers(list(clips.values())),
        },
        "timings_s": {name: round(seconds, 3) for name, seconds in stage_seconds.items()},
        "poster_key": video["poster_key"],
        "preview_key": video["preview_key"],
        "subtitle_keys": video["subtitle_keys"],
        "size_bytes": int(video["size_bytes"]),
    }


def _makers(replies: Sequence[Document]) -> list[str]:
    return sorted({f"{reply['provider']}/{reply['model']}" for reply in replies})
