"""What is asked of the composer: every shot in its own frames, with the clip that was made for it or without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavilux_orchestrator.domain.clips import FRAME_RATE, clip_name
from clavilux_orchestrator.domain.frames import Join
from clavilux_orchestrator.domain.items import Item
from clavilux_orchestrator.domain.job import Job
from clavilux_orchestrator.domain.plan import Analysis, Plan, Shot
from clavilux_orchestrator.domain.requests import VIDEO_SIZES, size_document
from clavilux_orchestrator.domain.stages import COMPOSITION, Document

DISCLOSURE = "The pictures of this video were made by a program (Clavilux), not filmed."


def composition_item(
    job: Job, plan: Plan, analysis: Analysis, images: Mapping[str, Document], clips: Mapping[str, Document]
) -> Item:
    """Compose the video.

    Args:
        job: whose video it is.
        plan: what is seen.
        analysis: what is heard.
        images: replies of the references service by the id of the scene or character.
        clips: replies of the video service by the item's name; the slots of the missing are filled by the composer.
    """
    request = {
        "song_key": job.audio_key,
        "song_duration_s": analysis.duration_s,
        "total_frames": plan.total_frames,
        "frame_rate": FRAME_RATE,
        "size": size_document(VIDEO_SIZES[job.options.aspect_ratio]),
        "slots": [_slot(plan, shot, images, clips) for shot in plan.shots],
        "end": _join(plan.shots[-1].slot.end),
        "effects": list(plan.document.get("effects", [])),
        "beat_times_s": [float(beat["time_s"]) for beat in analysis.beats],
        "subtitles": {"cues": _cues(analysis), "burn_in": "BURN_IN_NONE"},
        "metadata": {"title": job.options.title, "artist": job.options.artist, "disclosure": DISCLOSURE},
    }
    prefix = f"video-outputs/{job.id}/final_video.{{fingerprint}}"
    return Item(COMPOSITION, "video", request, COMPOSITION.deadline_s(analysis.duration_s), ("output_prefix", prefix))


def _join(join: Join) -> Document:
    return {"kind": join.kind, "frame_count": join.frame_count}


def _slot(plan: Plan, shot: Shot, images: Mapping[str, Document], clips: Mapping[str, Document]) -> Document:
    slot = shot.slot
    document: dict[str, Any] = {
        "index": shot.index,
        "start_frame": slot.start_frame,
        "frame_count": slot.frame_count,
        "still_key": images.get(shot.scene["id"], {}).get("image_key", ""),
        "begin": _join(slot.begin),
    }
    clip = clips.get(clip_name(shot.clip_index))
    if clip is None:
        return document
    lead = int(clip.get("lead_frames", 0))
    is_host = plan.shots_of(plan.clip(shot.clip_index))[0] is shot
    document["clip_key"] = clip["clip_key"]
    document["clip_lead_frames"] = lead
    document["angle_cut_frames"] = [
        frame
        for frame in (slot.start_frame + int(cut) - lead for cut in clip.get("angle_cut_frames", []) if is_host)
        if slot.start_frame < frame < slot.end_frame
    ]
    return document


def _cues(analysis: Analysis) -> list[Document]:
    lyrics = analysis.document.get("lyrics") or {}
    words = lyrics.get("words", [])
    return [
        {**line, "words": [word for word in words if line["start_s"] <= word["start_s"] < line["end_s"]]}
        for line in lyrics.get("lines", [])
    ]
