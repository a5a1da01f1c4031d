"""Taking in a song: it is proved to be one, stored, and queued. A refusal leaves nothing behind."""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

from clavilux_kit.events import JOBS_READY
from clavilux_kit.objects import ObjectStore
from clavilux_kit.telemetry import get_logger

from clavilux_gateway.domain.jobs import NewJob
from clavilux_gateway.domain.songs import SongFile, Wishes, check_duration, estimated_time_s, safe_filename
from clavilux_gateway.ports import AudioProbe, Bell, Jobs

log = get_logger()


@dataclass(frozen=True)
class Queued:
    """A job that waits."""

    job_id: UUID
    audio_key: str
    estimated_time_s: int


class AcceptUpload:
    """The use case of POST /upload-audio."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        jobs: Jobs,
        probe: AudioProbe,
        bell: Bell,
        estimate_base_s: float,
        estimate_per_song_second_s: float,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._probe = probe
        self._bell = bell
        self._estimate_base_s = estimate_base_s
        self._estimate_per_song_second_s = estimate_per_song_second_s

    async def __call__(self, user_id: UUID, song: SongFile, wishes: Wishes) -> Queued:
        """Store the song and queue its job. Raises UnsupportedMedia or ValidationFailed before anything is stored."""
        facts = await self._probe.probe(song.path)
        check_duration(facts.duration_s)
        job_id = uuid4()
        audio_key = f"audio-uploads/{user_id}/{job_id}/{safe_filename(song.filename, facts.format)}"
        await self._store_and_insert(
            song,
            NewJob(
                id=job_id,
                user_id=user_id,
                audio_key=audio_key,
                audio_hash=song.blake2b_128,
                audio_bytes=song.size_bytes,
                audio_duration_s=facts.duration_s,
                user_prompt=wishes.prompt,
                options=wishes.options,
                budget_micros=wishes.budget_micros,
            ),
        )
        await self._bell.ring(JOBS_READY)
        log.info("job_queued", job_id=str(job_id), audio_bytes=song.size_bytes, song_s=round(facts.duration_s, 2))
        estimate = estimated_time_s(
            facts.duration_s, base_s=self._estimate_base_s, per_song_second_s=self._estimate_per_song_second_s
        )
        return Queued(job_id, audio_key, estimate)

    async def _store_and_insert(self, song: SongFile, job: NewJob) -> None:
        """Put the object before the row, so that no job is ever without its song; take it back if there is no row."""
        try:
            await self._store.put_file(job.audio_key, song.path)
            await self._jobs.add(job)
        except BaseException:
            await asyncio.shield(self._store.delete(job.audio_key))
            raise
