# ruff: noqa: ASYNC110, N802  # states of other processes are polled; the contracts name their methods so
"""A small song with a plan for it, and the five services played by one server with instant answers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from clavilux.audio.v1 import audio_pb2, audio_pb2_grpc
from clavilux.composer.v1 import composer_pb2, composer_pb2_grpc
from clavilux.planner.v1 import planner_pb2, planner_pb2_grpc
from clavilux.references.v1 import references_pb2, references_pb2_grpc
from clavilux.video.v1 import video_pb2, video_pb2_grpc
from clavilux_kit.errors import ClaviluxError
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.settings import ProcessSettings
from clavilux_orchestrator.settings import Settings
from clavilux_orchestrator.wiring import open_worker
from google.protobuf.json_format import MessageToDict, ParseDict

SONG_S = 16.0

STYLE = {"preset": "neo_noir", "description": "neo noir", "palette": ["#000000"] * 5, "light": "LIGHT_NEON"}
SCENES = [
    {"id": "scene_1", "description": "a wet street", "place": "city", "time_of_day": "TIME_OF_DAY_NIGHT"},
    {"id": "scene_2", "description": "a mountain lake", "place": "mountains", "weather": "WEATHER_FOG"},
    {"id": "scene_9", "description": "never seen", "place": "abstract"},
]
JOINS = ["FADE", "CUT", "CROSSFADE", "CUT", "FADE"]


def song_analysis() -> dict[str, Any]:
    """120 beats a minute for 16 s."""
    message = audio_pb2.AudioAnalysis()
    document = {
        "duration_s": SONG_S,
        "analyser_version": "1",
        "tempo": {"bpm": 120.0, "confidence": 0.9, "beats_per_bar": 4},
        "beats": [{"time_s": n / 2, "position_in_bar": n % 4 + 1, "strength": 0.5} for n in range(32)],
        "energy": {band: [n % 30 / 30 for n in range(480)] for band in ("low", "mid", "high")} | {"rate_hz": 30.0},
        "lyrics": {
            "words": [{"text": "hello", "start_s": 1.0, "end_s": 1.5}],
            "lines": [{"text": "hello", "start_s": 1.0, "end_s": 1.5}],
            "source": "LYRICS_SOURCE_TRANSCRIBED",
        },
    }
    return _whole(ParseDict(document, message))


def video_plan(shot_count: int = 4) -> dict[str, Any]:
    """Shots of equal length (four of 4 s) in two scenes, each with two angles, a clip each."""
    shot_s = SONG_S / shot_count
    joins = JOINS if shot_count == 4 else ["CUT"] * (shot_count + 1)
    shots = [
        {
            "index": n,
            "start_s": n * shot_s,
            "end_s": (n + 1) * shot_s,
            "scene_id": SCENES[n % 2]["id"],
            "character_ids": ["char_1"] if n == 1 else [],
            "angles": [
                {"start_s": n * shot_s, "move": "CAMERA_MOVE_PUSH_IN", "framing": "FRAMING_WIDE", "amount": 0.5},
                {"start_s": n * shot_s + shot_s / 2, "move": "CAMERA_MOVE_STATIC", "framing": "FRAMING_CLOSE"},
            ],
            "intensity": 0.5,
            "clip_index": n,
        }
        for n in range(shot_count)
    ]
    document = {
        "summary": "A walk through the night.",
        "style": STYLE,
        "scenes": SCENES,
        "characters": [{"id": "char_1", "description": "a woman in a red coat", "figure": "coat"}],
        "shots": shots,
        "transitions": [
            {"kind": f"TRANSITION_KIND_{kind}", "at_s": n * shot_s, "duration_s": 0.0 if kind == "CUT" else 0.5}
            for n, kind in enumerate(joins)
        ],
        "effects": [{"kind": "EFFECT_KIND_FLASH", "at_s": 4.0, "duration_s": 0.2, "strength": 0.4}],
        "clips": [{"index": n, "prompt": f"shot {n}", "slot_s": shot_s} for n in range(shot_count)],
        "author": "rules",
    }
    return _whole(ParseDict(document, planner_pb2.VideoPlan()))


def _whole(message: Any) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


@pytest.fixture
def analysis_document() -> dict[str, Any]:
    return song_analysis()


@pytest.fixture
def plan_document() -> dict[str, Any]:
    return video_plan()


@dataclass
class Studio:
    """All five services: instant, obedient, and counting."""

    address: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    requests: dict[str, Any] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    failures: dict[str, ClaviluxError] = field(default_factory=dict)
    """By item: raised instead of an answer."""
    held: set[str] = field(default_factory=set)
    """Items that are answered only when they are let go."""
    cost_micros: int = 0
    """Of every paid call."""
    fallbacks: dict[str, str] = field(default_factory=dict)
    """By item: the code of a degradation in its answer."""
    shots: int = 4
    at_once: int = 0
    most_at_once: int = 0

    async def answer(self, item: str, request: Any, reply: Any) -> Any:
        self.asked[item] += 1
        self.requests[item] = request
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0.01)
            while item in self.held:
                await asyncio.sleep(0.01)
        finally:
            self.at_once -= 1
        if item in self.failures:
            raise self.failures[item]
        if self.cost_micros and hasattr(reply, "costs"):
            reply.costs.add(provider="fake", model="m", cost_micros=self.cost_micros)
        if item in self.fallbacks:
            reply.degradations.add(code=self.fallbacks[item], message="It was done otherwise.")
        return reply

    def cancel(self, request_id: str) -> bool:
        self.cancelled.append(request_id)
        return True

    async def until_asked(self, item: str, times: int = 1) -> None:
        async with asyncio.timeout(15):
            while self.asked[item] < times:
                await asyncio.sleep(0.01)


class _Part:
    def __init__(self, studio: Studio) -> None:
        self.studio = studio


class _Audio(_Part, audio_pb2_grpc.AudioServiceServicer):
    async def Describe(self, request: Any, context: Any) -> Any:
        return audio_pb2.DescribeResponse(analyser_version="1")

    async def Analyze(self, request: Any, context: Any) -> Any:
        analysis = ParseDict(song_analysis(), audio_pb2.AudioAnalysis())
        return await self.studio.answer("song", request, audio_pb2.AnalyzeResponse(analysis=analysis))

    async def CancelCall(self, request: Any, context: Any) -> Any:
        return audio_pb2.CancelCallResponse(cancelled=self.studio.cancel(request.request_id))


class _Planner(_Part, planner_pb2_grpc.PlannerServiceServicer):
    async def Plan(self, request: Any, context: Any) -> Any:
        plan = ParseDict(video_plan(self.studio.shots), planner_pb2.VideoPlan())
        return await self.studio.answer("plan", request, planner_pb2.PlanResponse(plan=plan))

    async def Describe(self, request: Any, context: Any) -> Any:
        return planner_pb2.DescribeResponse()

    async def CancelCall(self, request: Any, context: Any) -> Any:
        return planner_pb2.CancelCallResponse(cancelled=self.studio.cancel(request.request_id))


class _References(_Part, references_pb2_grpc.ReferenceServiceServicer):
    async def GenerateImage(self, request: Any, context: Any) -> Any:
        prefix = request.output_prefix
        reply = references_pb2.GenerateImageResponse(
            image_key=f"{prefix}.png", layers_key=f"{prefix}.layers.npz", provider="local", model="painter"
        )
        return await self.studio.answer(request.scene.id or request.character.id, request, reply)

    async def Describe(self, request: Any, context: Any) -> Any:
        return references_pb2.DescribeResponse()

    async def CancelCall(self, request: Any, context: Any) -> Any:
        return references_pb2.CancelCallResponse(cancelled=self.studio.cancel(request.request_id))


class _Video(_Part, video_pb2_grpc.VideoServiceServicer):
    async def Describe(self, request: Any, context: Any) -> Any:
        return video_pb2.DescribeResponse()

    async def GenerateClip(self, request: Any, context: Any) -> Any:
        reply = video_pb2.GenerateClipResponse(
            clip_key=request.output_key,
            frame_count=request.lead_frames + request.slot_frames + request.tail_frames,
            lead_frames=request.lead_frames,
            tail_frames=request.tail_frames,
            angle_cut_frames=[round(angle.start_s * 30) for angle in request.angles[1:]],
            provider="local",
            model="animator",
        )
        return await self.studio.answer(f"clip_{request.clip_index}", request, reply)

    async def CancelCall(self, request: Any, context: Any) -> Any:
        return video_pb2.CancelCallResponse(cancelled=self.studio.cancel(request.request_id))


class _Composer(_Part, composer_pb2_grpc.ComposerServiceServicer):
    async def Compose(self, request: Any, context: Any) -> Any:
        reply = composer_pb2.ComposeResponse(
            video_key=f"{request.output_prefix}.mp4",
            measurement=composer_pb2.Measurement(frame_count=request.total_frames),
        )
        return await self.studio.answer("video", request, reply)

    async def Describe(self, request: Any, context: Any) -> Any:
        return composer_pb2.DescribeResponse()

    async def CancelCall(self, request: Any, context: Any) -> Any:
        return composer_pb2.CancelCallResponse(cancelled=self.studio.cancel(request.request_id))


@asynccontextmanager
async def open_studio(studio: Studio) -> AsyncIterator[Studio]:
    settings = ProcessSettings(listen="127.0.0.1:0", grace_s=0.1)
    server = GrpcServer(settings)
    audio_pb2_grpc.add_AudioServiceServicer_to_server(_Audio(studio), server.grpc)
    planner_pb2_grpc.add_PlannerServiceServicer_to_server(_Planner(studio), server.grpc)
    references_pb2_grpc.add_ReferenceServiceServicer_to_server(_References(studio), server.grpc)
    video_pb2_grpc.add_VideoServiceServicer_to_server(_Video(studio), server.grpc)
    composer_pb2_grpc.add_ComposerServiceServicer_to_server(_Composer(studio), server.grpc)
    async with server.running() as studio.address:
        yield studio


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    async with open_studio(Studio()) as studio:
        yield studio


class Stage:
    """A database, a bus, the services, and as many orchestrators as a test wants."""

    def __init__(self, postgres: Any, nats_url: str, folder: Path, studio: Studio, owner: Any) -> None:
        self.postgres = postgres
        self.nats_url = nats_url
        self.folder = folder
        self.studio = studio
        self.owner: asyncpg.Connection = owner
        self._stack = AsyncExitStack()

    def settings(self, **changes: Any) -> Settings:
        address = self.studio.address
        targets = {f"{name}_target": address for name in ("audio", "planner", "references", "video", "composer")}
        usual: dict[str, Any] = {
            "listen": "127.0.0.1:0",
            "database_url": self.postgres.dsn("clavilux_orchestrator"),
            "nats_url": self.nats_url,
            "store_url": f"file://{self.folder}",
            "poll_s": 0.2,
            "heartbeat_s": 0.2,
            "lapse_s": 1.0,
            "unavailable_wait_s": 1.0,
        }
        return Settings(**{**usual, **targets, **changes})

    @asynccontextmanager
    async def orchestrator(self, **changes: Any) -> AsyncIterator[asyncio.Event]:
        """One at work; setting the event it gives stops it as SIGTERM does."""
        stopping = asyncio.Event()
        async with open_worker(self.settings(**changes)) as worker, asyncio.TaskGroup() as group:
            group.create_task(worker.work(stopping))
            try:
                yield stopping
            finally:
                stopping.set()

    async def upload(self, song: bytes = b"song", **columns: Any) -> str:
        """What the gateway does; the job's id."""
        user_id, job_id = uuid.uuid4(), uuid.uuid4()
        row = {
            "id": job_id,
            "user_id": user_id,
            "audio_url": f"audio-uploads/{user_id}/{job_id}/song.mp3",
            "audio_hash": hashlib.blake2b(song, digest_size=16).hexdigest(),
            "audio_bytes": len(song),
            "audio_duration_s": SONG_S,
            "user_prompt": "A walk through the night, " * 3,
            **columns,
        }
        await self.owner.execute("INSERT INTO accounts.users (id, email) VALUES ($1, $2)", user_id, f"{user_id}@test")
        places = ", ".join(f"${n + 1}" for n in range(len(row)))
        await self.owner.execute(
            f"INSERT INTO jobs.jobs ({', '.join(row)}) VALUES ({places})",  # noqa: S608  # the test's own names
            *row.values(),
        )
        return str(job_id)

    async def command(self, job_id: str, command: str) -> None:
        await self.owner.execute("INSERT INTO jobs.job_commands (job_id, command) VALUES ($1, $2)", job_id, command)

    async def job(self, job_id: str) -> Mapping[str, Any]:
        row = await self.owner.fetchrow("SELECT * FROM jobs.jobs WHERE id = $1", job_id)
        assert row is not None
        return {**row, "result": json.loads(row["result"]) if row["result"] else None}

    async def until(self, job_id: str, *statuses: str) -> Mapping[str, Any]:
        async with asyncio.timeout(20):
            while (job := await self.job(job_id))["status"] not in statuses:
                await asyncio.sleep(0.02)
        return job

    async def told(self, job_id: str) -> list[tuple[str, dict[str, Any]]]:
        """The job's events as they were written down, in order."""
        rows = await self.owner.fetch("SELECT event, payload FROM jobs.outbox WHERE job_id = $1 ORDER BY n", job_id)
        return [(row["event"], json.loads(row["payload"])) for row in rows]


@pytest.fixture
async def stage(postgres: Any, nats_url: str, tmp_path: Path, studio: Studio) -> AsyncIterator[Stage]:
    await postgres.truncate()
    owner = await asyncpg.connect(postgres.dsn())
    yield Stage(postgres, nats_url, tmp_path, studio, owner)
    await owner.close()
