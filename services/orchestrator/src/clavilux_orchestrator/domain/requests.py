"""What is asked of the audio, planner and references services, as documents with the contracts' own field names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clavilux_orchestrator.domain.items import Item, seed_for
from clavilux_orchestrator.domain.job import Job
from clavilux_orchestrator.domain.plan import Plan
from clavilux_orchestrator.domain.stages import (
    AUDIO_ANALYSIS,
    CLIPS_AT_ONCE,
    REFERENCE_GENERATION,
    SCENE_PLANNING,
    Document,
    job_limit_s,
)

CLIP_SIZES = {"16:9": (1024, 576), "9:16": (576, 1024), "1:1": (768, 768)}
VIDEO_SIZES = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080)}
_CHARACTER_SIZE = (1024, 1024)
_MOST_WORDS = 199
_USUAL_CLIP_S = 6.0
_SHARE_OF_TIME_FOR_CLIPS = 0.6


def size_document(size: tuple[int, int]) -> dict[str, int]:
    """A `Size` message."""
    return {"width_px": size[0], "height_px": size[1]}


def analysis_item(job: Job) -> Item:
    """Hear the song."""
    request = {
        "song_key": job.audio_key,
        "lyrics_key": job.options.lyrics_key,
        "options": {"transcribe": job.options.transcribe, "language": job.options.language},
    }
    return Item(AUDIO_ANALYSIS, "song", request, AUDIO_ANALYSIS.deadline_s(job.duration_s))


def analysis_key(job_id: str, fingerprint: str) -> str:
    """Where the orchestrator puts the analysis for the planner."""
    return f"audio-analyses/{job_id}/analysis.{fingerprint}.json"


def plan_item(job: Job, analysis_key: str, clip_offers: Sequence[Document], budget_left_micros: int) -> Item:
    """Plan the video with what money and time allow."""
    options = job.options
    request = {
        "user_prompt": job.user_prompt,
        "analysis_key": analysis_key,
        "options": {
            "aspect_ratio": options.aspect_ratio,
            "style_preset": options.style,
            "quality": f"QUALITY_{options.quality.upper()}",
            "seed": options.seed,
            "title": options.title,
            "artist": options.artist,
        },
        "clip_offers": list(clip_offers),
        "max_paid_clips": affordable_clips(clip_offers, budget_left_micros, job_limit_s(job.duration_s)),
    }
    return Item(SCENE_PLANNING, "plan", request, SCENE_PLANNING.deadline_s())


def affordable_clips(offers: Sequence[Document], budget_micros: int, time_s: float) -> int:
    """How many clips of the default offer money and time allow; 0 where it is free, since none is paid then."""
    offer = next((each for each in offers if each.get("is_default")), offers[0] if offers else {})
    price: Mapping[str, Any] = offer.get("price") or {}
    each_micros = int(price.get("per_item_micros", 0))
    each_micros += int(int(price.get("per_output_second_micros", 0)) * _USUAL_CLIP_S)
    each_s = float(offer.get("typical_s", 0.0)) + float(offer.get("typical_s_per_output_s", 0.0)) * _USUAL_CLIP_S
    each_micros += int(int(price.get("per_compute_second_micros", 0)) * each_s)
    if each_micros == 0:
        return 0
    by_time = int(time_s * _SHARE_OF_TIME_FOR_CLIPS / max(each_s, 1.0)) * CLIPS_AT_ONCE
    return max(0, min(budget_micros // each_micros, by_time))


def image_items(job: Job, plan: Plan) -> tuple[Item, ...]:
    """One picture for each scene and each character that the plan uses."""
    style = plan.document["style"]
    size = CLIP_SIZES[job.options.aspect_ratio]
    scenes = [_image_item(job, "scene", scene, style, size, "people, text, watermark") for scene in plan.scenes]
    characters = [
        _image_item(job, "character", each, style, _CHARACTER_SIZE, "several people, text, watermark")
        for each in plan.characters
    ]
    return (*scenes, *characters)


def _image_item(
    job: Job, field: str, subject: Document, style: Document, size: tuple[int, int], negative_prompt: str
) -> Item:
    name = str(subject["id"])
    words = [subject["description"], style.get("description", ""), style.get("technique", "")]
    request = {
        field: subject,
        "style": style,
        "prompt": " ".join(". ".join(filter(None, words)).split()[:_MOST_WORDS]),
        "negative_prompt": negative_prompt,
        "size": size_document(size),
        "seed": seed_for(job.options.seed, "image", name),
    }
    prefix = f"reference-images/{job.id}/{name}.{{fingerprint}}"
    return Item(REFERENCE_GENERATION, name, request, REFERENCE_GENERATION.deadline_s(), ("output_prefix", prefix))
