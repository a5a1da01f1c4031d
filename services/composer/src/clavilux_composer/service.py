"""The use case: clips and a song become one video, which is measured before it is handed out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clavilux_kit.errors import CompositionFailed, NotFound
from clavilux_kit.inflight import InFlight
from clavilux_kit.telemetry import RETRIES, get_logger

from clavilux_composer.domain.composition import Composed, Measurement, Order, check_measurement, check_order
from clavilux_composer.domain.cuts import find_cuts, find_stretches, match_cuts
from clavilux_composer.domain.edit import decide_edit
from clavilux_composer.domain.picture import FrameLooks
from clavilux_composer.domain.shots import Degradation, Edit
from clavilux_composer.domain.showcase import poster_frame, preview_start
from clavilux_composer.domain.sound import offset_s
from clavilux_composer.domain.subtitles import write_srt, write_vtt
from clavilux_composer.domain.timeline import check_timeline
from clavilux_composer.ports import Editor, Files, Material, Meter, Prober, ProgressSink, Workspace

_PREVIEW_S = 6.0
# The song decoded, the segments, the joined file and its copy with the index in front, at the highest rate.
_ROOM_BYTES_PER_S = 4 << 20


@dataclass(frozen=True)
class Tools:
    """Everything that makes and measures a video."""

    files: Files
    workspace: Workspace
    prober: Prober
    editor: Editor
    meter: Meter
    progress: ProgressSink


@dataclass(frozen=True)
class _Finished:
    video: Path
    measurement: Measurement
    looks: FrameLooks
    missed_cuts: tuple[int, ...]


class CompositionService:
    """Composes videos, a few at a time."""

    def __init__(self, tools: Tools, calls: InFlight[Composed], *, videos_at_once: int) -> None:
        """Calls for the same request are joined in `calls`."""
        self._tools = tools
        self._calls = calls
        self._places = asyncio.Semaphore(videos_at_once)

    async def compose(self, order: Order) -> Composed:
        """Composes one video, or joins the composition of the same request.

        Raises:
            ValidationFailed: if the order contradicts itself.
            NotFound: if the song, a clip or a still is not there.
            CompositionFailed: if it failed twice, or the finished file did not fit its song twice.
            TimedOut: if it took longer than its song allows.
            Cancelled: if `cancel` ended it.
        """
        check_order(order)
        check_timeline(order.timeline)
        return await self._calls.run(order.request_id, lambda: self._compose(order))

    async def cancel(self, request_id: str) -> bool:
        """Ends a composition and leaves nothing of it on this machine. False where it is unknown or has ended."""
        return await self._calls.cancel(request_id)

    async def _compose(self, order: Order) -> Composed:
        async with self._places:
            needed_bytes = await self._input_bytes(order) + int(order.song_s * _ROOM_BYTES_PER_S)
            with self._tools.workspace.open(needed_bytes) as folder:
                material = await self._fetch(order, folder)
                edit = decide_edit(order.timeline, await self._clip_frames(order, material))
                finished = await self._finish(order, edit, material, folder)
                return await self._deliver(order, edit, finished, folder)

    async def _input_bytes(self, order: Order) -> int:
        """Size of all that is to be fetched. Raises NotFound for what is not there."""
        total = 0
        for key in {order.song_key, *(slot.clip_key or slot.still_key for slot in order.timeline.slots)} - {""}:
            found = await self._tools.files.stat(key)
            if found is None:
                raise NotFound(f"There is no {key}.")
            total += found.size_bytes
        return total

    async def _fetch(self, order: Order, folder: Path) -> Material:
        """Fetches every object once, into files whose names are ours."""
        paths: dict[str, Path] = {}
        clips: dict[int, Path] = {}
        stills: dict[int, Path] = {}
        for slot in order.timeline.slots:
            key, kind, files = (slot.clip_key, "clip", clips) if slot.clip_key else (slot.still_key, "still", stills)
            if key and key not in paths:
                paths[key] = folder / f"{kind}_{slot.index}"
                await self._tools.files.get_file(key, paths[key])
            if key:
                files[slot.index] = paths[key]
        await self._tools.files.get_file(order.song_key, folder / "song")
        return Material(song=folder / "song", clips=clips, stills=stills)

    async def _clip_frames(self, order: Order, material: Material) -> dict[int, int]:
        rate = order.video_format.frame_rate
        return {index: await self._tools.prober.clip_frames(clip, rate) for index, clip in material.clips.items()}

    async def _finish(self, order: Order, edit: Edit, material: Material, folder: Path) -> _Finished:
        """Makes and measures the video; once more if that fails."""
        try:
            return await self._attempt(order, edit, material, folder)
        except CompositionFailed as error:
            RETRIES.labels(error=error.code).inc()
            get_logger().warning("composition_repeated", job_id=order.job_id, reason=error.message)
        return await self._attempt(order, edit, material, folder)

    async def _attempt(self, order: Order, edit: Edit, material: Material, folder: Path) -> _Finished:
        decoded = Material(folder / "song.wav", material.clips, material.stills)
        video = folder / "video.mp4"
        await self._tools.editor.decode_song(material.song, decoded.song)
        if await self._tools.files.stat(_video_key(order)) is None:
            await self._render(order, edit, decoded, video)
        else:
            # Somebody composed this request before and its answer was lost: the file is measured anew.
            await self._tools.files.get_file(_video_key(order), video)
        finished = await self._measure(order, edit, decoded.song, video)
        check_measurement(finished.measurement, order)
        return finished

    async def _render(self, order: Order, edit: Edit, material: Material, video: Path) -> None:
        async def tell(fraction: float) -> None:
            await self._tools.progress.composing(order.job_id, fraction)

        await self._tools.editor.render(edit, material, order.video_format, order.labels, order.song_s, video, tell)

    async def _measure(self, order: Order, edit: Edit, song: Path, video: Path) -> _Finished:
        await self._tools.progress.measuring(order.job_id)
        meter = self._tools.meter
        looks = await meter.looks(video, order.video_format)
        heard, sung = await meter.sound(video), await meter.sound(song)
        found = find_cuts(looks)
        match = match_cuts(edit.cut_frames, found)
        measurement = Measurement(
            streams=await self._tools.prober.streams(video),
            frame_count=looks.frame_count,
            planned_cut_frames=edit.cut_frames,
            found_cut_frames=found,
            matched_cuts=len(match.matched),
            worst_cut_frames=match.worst_frames,
            worst_beat_distance_s=match.worst_beat_distance_s(order.beat_times_s, float(order.video_format.frame_rate)),
            audio_offset_s=await asyncio.to_thread(offset_s, heard.samples, sung.samples),
            loudness_lufs=heard.loudness_lufs,
            song_loudness_lufs=sung.loudness_lufs,
            stretches=find_stretches(looks),
        )
        return _Finished(video, measurement, looks, match.missed)

    async def _deliver(self, order: Order, edit: Edit, finished: _Finished, folder: Path) -> Composed:
        """Stores the video last: where it is, everything else is."""
        poster_key = await self._poster(order, edit, finished, folder / "poster.jpg")
        preview_key = await self._preview(order, finished, folder / "preview.mp4")
        subtitle_keys = await self._subtitles(order)
        await self._tools.files.put_file(_video_key(order), finished.video)
        composed = Composed(
            video_key=_video_key(order),
            poster_key=poster_key,
            preview_key=preview_key,
            subtitle_keys=subtitle_keys,
            measurement=finished.measurement,
            adjustments=edit.adjustments,
            degradations=(*edit.degradations, *_notes(order, finished.missed_cuts)),
            size_bytes=finished.video.stat().st_size,
        )
        _log(order, composed)
        return composed

    async def _poster(self, order: Order, edit: Edit, finished: _Finished, path: Path) -> str:
        frame = poster_frame(finished.looks, edit.transition_frames, finished.measurement.found_cut_frames)
        key = f"{order.output_prefix}.poster.jpg"
        await self._tools.editor.poster(finished.video, float(frame / order.video_format.frame_rate), path)
        await self._tools.files.put_file(key, path)
        return key

    async def _preview(self, order: Order, finished: _Finished, path: Path) -> str:
        start = preview_start(finished.looks, round(_PREVIEW_S * order.video_format.frame_rate))
        key = f"{order.output_prefix}.preview.mp4"
        start_s = float(start / order.video_format.frame_rate)
        await self._tools.editor.preview(finished.video, start_s, _PREVIEW_S, path)
        await self._tools.files.put_file(key, path)
        return key

    async def _subtitles(self, order: Order) -> tuple[str, ...]:
        if not order.cues:
            return ()
        texts = {
            f"{order.output_prefix}.srt": write_srt(order.cues),
            f"{order.output_prefix}.vtt": write_vtt(order.cues),
        }
        for key, text in texts.items():
            await self._tools.files.put(key, text.encode())
        return tuple(texts)


def _video_key(order: Order) -> str:
    return f"{order.output_prefix}.mp4"


def _notes(order: Order, missed_cuts: Iterable[int]) -> list[Degradation]:
    """What was asked for and is not in the file."""
    notes: list[Degradation] = []
    if order.wants_burn_in:
        notes.append(Degradation("burn_in_not_available", "Subtitles are in files of their own, not in the picture."))
    if order.wants_effects:
        notes.append(Degradation("effects_not_available", "No effects are laid over the shots."))
    missed = ", ".join(str(frame) for frame in missed_cuts)
    if missed:
        notes.append(Degradation("cut_not_seen", f"Planned cuts that cannot be seen in the video, at frames {missed}."))
    return notes


def _log(order: Order, composed: Composed) -> None:
    measured = composed.measurement
    get_logger().info(
        "video_composed",
        job_id=order.job_id,
        frames=measured.frame_count,
        planned_cuts=len(measured.planned_cut_frames),
        matched_cuts=measured.matched_cuts,
        found_cuts=len(measured.found_cut_frames),
        audio_offset_s=measured.audio_offset_s,
        size_bytes=composed.size_bytes,
        degradations=[degradation.code for degradation in composed.degradations],
    )
