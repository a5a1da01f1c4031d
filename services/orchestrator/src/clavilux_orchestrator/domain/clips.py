"""What is asked of the video service: one clip, with the music that plays while it is seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from clavilux_orchestrator.domain.frames import FRAMES_PER_SECOND, frame_of, time_of
from clavilux_orchestrator.domain.items import Item, seed_for
from clavilux_orchestrator.domain.job import Job
from clavilux_orchestrator.domain.plan import Analysis, Plan, Shot
from clavilux_orchestrator.domain.requests import CLIP_SIZES, size_document
from clavilux_orchestrator.domain.stages import VIDEO_GENERATION, Document

FRAME_RATE = {"numerator": FRAMES_PER_SECOND, "denominator": 1}


def clip_name(index: int) -> str:
    """The item's name."""
    return f"clip_{index}"


def clip_items(job: Job, plan: Plan, analysis: Analysis, images: Mapping[str, Document]) -> tuple[Item, ...]:
    """One item for each clip of the plan, in order.

    Args:
        job: whose clips they are.
        plan: what is seen.
        analysis: what is heard.
        images: replies of the references service by the id of the scene or character; the missing are done by text.
    """
    return tuple(_clip_item(job, plan, analysis, images, clip) for clip in plan.clips)


def _clip_item(job: Job, plan: Plan, analysis: Analysis, images: Mapping[str, Document], clip: Document) -> Item:
    # A clip that several shots share is made for the longest of them, with the handles that any of them needs.
    shots = plan.shots_of(clip)
    shot = shots[0]
    lead = max(each.slot.lead_frames for each in shots)
    tail = max(each.slot.tail_frames for each in shots)
    frame_count = lead + shot.slot.frame_count + tail
    first_frame = shot.slot.start_frame - lead
    index = int(clip["index"])
    scene_image = images.get(shot.scene["id"], {})
    request = {
        "scene": shot.scene,
        "characters": list(shot.characters),
        "style": plan.document["style"],
        "angles": _angles(shot, lead),
        "light": shot.document.get("light", "LIGHT_UNSPECIFIED"),
        "intensity": shot.document.get("intensity", 0.0),
        "prompt": clip.get("prompt", ""),
        "negative_prompt": clip.get("negative_prompt", ""),
        "scene_image_key": scene_image.get("image_key", ""),
        "scene_layers_key": scene_image.get("layers_key", ""),
        "character_image_keys": [images.get(each["id"], {}).get("image_key", "") for each in shot.characters],
        "lead_frames": lead,
        "slot_frames": shot.slot.frame_count,
        "tail_frames": tail,
        "frame_rate": FRAME_RATE,
        "size": size_document(CLIP_SIZES[job.options.aspect_ratio]),
        "seed": seed_for(job.options.seed, "clip", index),
        "beats": beats_inside(analysis.beats, first_frame, frame_count),
        "energy": energy_inside(analysis.document.get("energy") or {}, first_frame, frame_count),
    }
    key = f"video-clips/{job.id}/{clip_name(index)}.{{fingerprint}}.mp4"
    deadline_s = VIDEO_GENERATION.deadline_s(time_of(frame_count))
    return Item(
        VIDEO_GENERATION, clip_name(index), request, deadline_s, ("output_key", key), labels={"clip_index": index}
    )


def _angles(shot: Shot, lead_frames: int) -> list[Document]:
    """A shot's cameras, counted from the clip's first frame, on whole frames, in order."""
    angles: list[Document] = []
    last = -1
    for number, angle in enumerate(shot.document["angles"]):
        frame = lead_frames + frame_of(float(angle["start_s"])) - shot.slot.start_frame if number else 0
        if last < frame < lead_frames + shot.slot.frame_count:
            angles.append({**angle, "start_s": time_of(frame)})
            last = frame
    return angles


def beats_inside(beats: Sequence[Document], first_frame: int, frame_count: int) -> list[Document]:
    """The beats whose frame falls into a clip, in seconds from its first frame.

    A beat that lies less than half a frame before the first frame is the one that the clip was cut on: it is at 0.
    """
    inside = range(first_frame, first_frame + frame_count)
    start_s = first_frame / FRAMES_PER_SECOND
    return [
        {**beat, "time_s": max(0.0, round(float(beat["time_s"]) - start_s, 6))}
        for beat in beats
        if frame_of(float(beat["time_s"])) in inside
    ]


def energy_inside(energy: Document, first_frame: int, frame_count: int) -> Document:
    """The loudness in three bands while a clip is seen: one value for each of its frames.

    Between two samples it is a straight line; before the first and after the last it stays; without samples it is 0.
    """
    step = float(energy.get("rate_hz") or FRAMES_PER_SECOND) / FRAMES_PER_SECOND
    places = [(first_frame + offset) * step for offset in range(frame_count)]
    bands = {
        band: [_at(energy.get(band) or (), place) for place in places]
        for band in ("low", "mid", "high")
    }  # fmt: skip
    return {"rate_hz": float(FRAMES_PER_SECOND), **bands}


def _at(samples: Sequence[float], place: float) -> float:
    if not samples:
        return 0.0
    before = min(max(math.floor(place), 0), len(samples) - 1)
    after = min(before + 1, len(samples) - 1)
    share = min(max(place - before, 0.0), 1.0)
    return round(float(samples[before]) * (1.0 - share) + float(samples[after]) * share, 4)
