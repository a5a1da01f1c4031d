"""From a song to a video: the five stages, in order."""

from __future__ import annotations

import json
from collections.abc import Mapping

from clavilux_kit.errors import ClaviluxError, GenerationFailed

from clavilux_orchestrator.domain import events
from clavilux_orchestrator.domain.clips import clip_items
from clavilux_orchestrator.domain.composition import composition_item
from clavilux_orchestrator.domain.items import Item, digest
from clavilux_orchestrator.domain.job import Ending, JobEvent
from clavilux_orchestrator.domain.plan import Analysis, Plan, read_plan
from clavilux_orchestrator.domain.requests import analysis_item, analysis_key, image_items, plan_item
from clavilux_orchestrator.domain.result import result_document
from clavilux_orchestrator.domain.stages import (
    AUDIO_ANALYSIS,
    CLIPS_AT_ONCE,
    COMPOSITION,
    FEWEST_CLIPS,
    REFERENCE_GENERATION,
    SCENE_PLANNING,
    VIDEO_GENERATION,
    Document,
)
from clavilux_orchestrator.service.taking import Taking


async def produce(taking: Taking) -> Ending:
    """Lead a job through its stages. Raises what `Taking.obtain` raises, and `GenerationFailed`."""
    analysis, key = await hear(taking)
    plan = await direct(taking, analysis, key)
    images = await paint(taking, plan)
    clips = await animate(taking, plan, analysis, images)
    video = await compose(taking, plan, analysis, images, clips)
    result = result_document(plan, images, clips, video, taking.degradations, taking.stage_seconds)
    told = events.completed(video["video_key"], taking.cost_micros)
    return Ending("completed", (told,), video_key=video["video_key"], result=result)


async def hear(taking: Taking) -> tuple[Analysis, str]:
    """Analyse the song, or find that it was; the key is where the planner reads the analysis."""
    item = analysis_item(taking.job)
    async with taking.stage(AUDIO_ANALYSIS, 1):
        reply = await (taking.obtain(item) if taking.has(item) else _analysed(taking, item))
        key = analysis_key(taking.job.id, item.fingerprint)
        await taking.world.store.put(key, json.dumps(reply["analysis"]).encode())
    return Analysis(reply["analysis"]), key


async def _analysed(taking: Taking, item: Item) -> Document:
    job, cache = taking.job, taking.world.cache
    version = str((await taking.ask("audio"))["analyser_version"])
    # The song itself is known by its bytes, wherever it lies.
    options_hash = digest({**item.request, "song_key": ""})
    known = await cache.find(job.lease, job.audio_hash, version, options_hash)
    if known is not None:
        return await taking.adopt(item, known)
    reply = await taking.obtain(item)
    # What a transcriber could not do today it may do for the next job.
    if (reply["analysis"].get("lyrics") or {}).get("source") != "LYRICS_SOURCE_FAILED":
        await cache.keep(job.lease, job.audio_hash, version, options_hash, reply)
    return reply


async def direct(taking: Taking, analysis: Analysis, key: str) -> Plan:
    """Plan the video. A plan that was made stays, whatever the services offer by now."""
    async with taking.stage(SCENE_PLANNING, 1):
        reply = taking.latest(SCENE_PLANNING)
        if reply is None:
            offers = (await taking.ask("video")).get("offers", [])
            reply = await taking.obtain(plan_item(taking.job, key, offers, taking.budget_left_micros))
        return read_plan(reply["plan"], analysis.duration_s)


async def paint(taking: Taking, plan: Plan) -> Mapping[str, Document]:
    """Paint all references at once. What fails is done by text; when most fail, everything is, so that it matches."""
    items = image_items(taking.job, plan)
    async with taking.stage(REFERENCE_GENERATION, len(items)):
        outcomes = await taking.obtain_all(items, at_once=max(1, len(items)))
    images, failures = _sorted_out(outcomes)
    for name, error in failures.items():
        taking.degrade(REFERENCE_GENERATION, "text_only", f"No picture for {name}: {error.message}", name)
    if len(images) * 2 < len(items):
        text = "Fewer than half of the pictures could be made, so the clips were made without any."
        taking.degrade(REFERENCE_GENERATION, "text_only", text)
        return {}
    return images


async def animate(
    taking: Taking, plan: Plan, analysis: Analysis, images: Mapping[str, Document]
) -> Mapping[str, Document]:
    """Make the clips, five at once. Raises `GenerationFailed` when fewer than three could be made."""
    items = clip_items(taking.job, plan, analysis, images)

    def tell(item: Item, reply: Document) -> JobEvent:
        index = int((item.labels or {})["clip_index"])
        shot = plan.shots_of(plan.clip(index))[0]
        return events.clip_made(index, len(items), reply["clip_key"], shot)

    async with taking.stage(VIDEO_GENERATION, len(items)):
        outcomes = await taking.obtain_all(items, at_once=CLIPS_AT_ONCE, tell=tell)
        clips, failures = _sorted_out(outcomes)
        if len(clips) < min(FEWEST_CLIPS, len(items)):
            reason = next(iter(failures.values())).message
            raise GenerationFailed(f"Only {len(clips)} of {len(items)} clips could be made. {reason}")
    for name, error in failures.items():
        taking.degrade(VIDEO_GENERATION, "clip_missing", f"{name} could not be made: {error.message}", name)
    return clips


async def compose(
    taking: Taking,
    plan: Plan,
    analysis: Analysis,
    images: Mapping[str, Document],
    clips: Mapping[str, Document],
) -> Document:
    """Put song and clips together."""
    async with taking.stage(COMPOSITION, 1):
        return await taking.obtain(composition_item(taking.job, plan, analysis, images, clips))


def _sorted_out(
    outcomes: Mapping[str, Document | ClaviluxError],
) -> tuple[dict[str, Document], dict[str, ClaviluxError]]:
    good = {name: outcome for name, outcome in outcomes.items() if not isinstance(outcome, ClaviluxError)}
    bad = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, ClaviluxError)}
    return good, bad
