"""What tests work with: songs made on the spot, the running gateway, and an orchestrator made of rows and events."""

import json
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

import asyncpg
import av
import httpx
import numpy as np
from av.audio.stream import AudioStream
from clavilux_gateway.adapters.event_tap import EventTap
from clavilux_gateway.parts import Parts
from clavilux_kit.events import Event, EventBus
from clavilux_kit.objects import ObjectStore
from fastapi import FastAPI

TOKEN = "a-token-of-the-tests"
PROMPT = "A lighthouse in a storm, waves in slow motion, and at last the sun comes out."
RATE_HZ = 44_100


class Postgres(Protocol):
    def dsn(self, role: str = "postgres") -> str: ...
    async def truncate(self) -> None: ...


class Songs:
    """Writes songs: a tone, as WAV, MP3 or FLAC."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def wav(self, seconds: float = 6.0, *, rate_hz: int = RATE_HZ) -> Path:
        path = self._folder / f"{uuid4().hex}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(_tone(seconds, rate_hz).tobytes())
        return path

    def encoded(self, codec: str, extension: str, seconds: float = 6.0, *, rate_hz: int = RATE_HZ) -> Path:
        path = self._folder / f"{uuid4().hex}.{extension}"
        frame = av.AudioFrame.from_ndarray(_tone(seconds, rate_hz)[None, :], format="s16", layout="mono")
        frame.sample_rate = rate_hz
        with av.open(path, "w") as container:
            stream = cast("AudioStream", container.add_stream(codec, rate=rate_hz, layout="mono"))
            stream.codec_context.open()
            size = stream.codec_context.frame_size or 1152
            fit = av.AudioResampler(format=stream.format, layout="mono", rate=rate_hz, frame_size=size)
            for part in [*fit.resample(frame), *fit.resample(None)]:
                container.mux(stream.encode(part))
            container.mux(stream.encode(None))
        return path

    def mp3(self, seconds: float = 6.0) -> Path:
        return self.encoded("libmp3lame", "mp3", seconds)

    def flac(self, seconds: float = 6.0) -> Path:
        return self.encoded("flac", "flac", seconds)


def _tone(seconds: float, rate_hz: int) -> "np.ndarray[Any, np.dtype[np.int16]]":
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (12_000 * np.sin(2 * np.pi * 220 * times)).astype("<i2")


@dataclass(frozen=True)
class Sse:
    """One server-sent event as it arrived."""

    id: str
    event: str
    data: Any

    @property
    def sequence(self) -> int:
        return int(self.id.removesuffix("-end").rsplit("-", 1)[1])


@dataclass
class RunningGateway:
    """The gateway as its users meet it, and its insides where a test must look at them."""

    address: str
    app: FastAPI
    parts: Parts
    tap: EventTap
    database: asyncpg.Connection
    objects: Path
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, token: str | None = TOKEN) -> httpx.AsyncClient:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(base_url=f"http://{self.address}", headers=headers, trust_env=False, timeout=20)
        self.clients.append(client)
        return client

    @property
    def store(self) -> ObjectStore:
        return self.parts.store

    async def upload(
        self, song: Path, *, prompt: str = PROMPT, name: str | None = None, **fields: str
    ) -> httpx.Response:
        files = {"audio_file": (name or song.name, song.read_bytes())}
        return await self.client().post("/api/v1/upload-audio", files=files, data={"user_prompt": prompt, **fields})

    async def follow(self, job_id: UUID, *, since: str | None = None, until: int = 1000) -> list[Sse]:
        """Follow a job until its stream ends, or until so many events have come."""
        events: list[Sse] = []
        async for event in self.events(job_id, since=since):
            events.append(event)
            if len(events) == until:
                break
        return events

    async def events(self, job_id: UUID, *, since: str | None = None) -> AsyncIterator[Sse]:
        headers = {} if since is None else {"Last-Event-ID": since}
        async with self.client().stream("GET", f"/api/v1/jobs/{job_id}/stream", headers=headers) as response:
            assert response.status_code == 200, response.status_code
            fields: dict[str, str] = {}
            async for line in response.aiter_lines():
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif not line and fields:
                    yield Sse(fields["id"], fields["event"], json.loads(fields["data"]))
                    fields = {}

    async def stored(self) -> list[str]:
        return [found.key async for found in self.store.list("")]

    async def job_rows(self) -> list[asyncpg.Record]:
        return list(await self.database.fetch("SELECT * FROM jobs.jobs ORDER BY created_at"))


class Orchestrator:
    """What the orchestrator does to a job, as far as the gateway can see it: rows first, then events."""

    def __init__(self, database: asyncpg.Connection, bus: EventBus, user_id: UUID) -> None:
        self._database = database
        self._bus = bus
        self._user_id = user_id
        self._counts: dict[UUID, int] = {}

    async def new_job(self, **columns: Any) -> UUID:
        job_id = uuid4()
        values = {
            "id": job_id,
            "user_id": self._user_id,
            "audio_url": "k",
            "audio_hash": "0" * 32,
            "audio_bytes": 1,
            "audio_duration_s": 6.0,
            "user_prompt": PROMPT,
        } | columns
        names = ", ".join(values)
        places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
        await self._database.execute(f"INSERT INTO jobs.jobs ({names}) VALUES ({places})", *values.values())  # noqa: S608
        return job_id

    async def record(self, job_id: UUID, **columns: Any) -> int:
        """Write state and count one event, without telling anybody yet; return its number."""
        self._counts[job_id] = n = self._counts.get(job_id, 0) + 1
        sets = "".join(f", {name} = ${place}" for place, name in enumerate(columns, 3))
        await self._database.execute(
            f"UPDATE jobs.jobs SET event_count = $2{sets} WHERE id = $1",  # noqa: S608
            job_id,
            n,
            *columns.values(),
        )
        return n

    async def publish(self, job_id: UUID, name: str, n: int, payload: dict[str, object], *, attempt: int = 0) -> None:
        event = Event(str(job_id), name, {**payload, "n": n, "epoch": 1})
        await self._bus.publish(event, message_id=f"{job_id}-{n}-{attempt}")

    async def tell(self, job_id: UUID, name: str, columns: dict[str, Any] | None = None, **payload: object) -> None:
        """Write state and tell of it."""
        n = await self.record(job_id, **columns or {})
        await self.publish(job_id, name, n, payload)

    async def chat(self, job_id: UUID, text: str) -> None:
        """Tell fine progress, as a service does."""
        await self._bus.message(str(job_id), stage="video_generation", text=text, fraction=0.5)

    async def complete(self, job_id: UUID, video_key: str = "video-outputs/j/final_video.f.mp4") -> None:
        await self._database.execute("UPDATE jobs.jobs SET completed_at = now() WHERE id = $1", job_id)
        columns = {"status": "completed", "progress": 100, "video_url": video_key, "total_cost_micros": 1_200_000}
        await self.tell(job_id, "completed", columns, video_key=video_key, total_micros=1_200_000)

    async def add_stage(self, job_id: UUID, name: str, status: str, **columns: Any) -> None:
        values = {"id": uuid4(), "job_id": job_id, "stage_name": name, "status": status} | columns
        places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
        statement = (
            f"INSERT INTO jobs.job_stages ({', '.join(values)}, started_at) VALUES ({places}, clock_timestamp())"  # noqa: S608
        )
        await self._database.execute(statement, *values.values())
