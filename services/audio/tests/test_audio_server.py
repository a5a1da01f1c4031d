"""The whole service over gRPC on loopback, with a real store and a real worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from clavilux.audio.v1 import audio_pb2, audio_pb2_grpc
from clavilux_audio.adapters.ear import WorkerEar, open_ear
from clavilux_audio.adapters.offline_transcriber import OfflineTranscriber
from clavilux_audio.domain.song import Analysis
from clavilux_audio.service import AudioService
from clavilux_audio.servicer import AudioServicer
from clavilux_audio.settings import Settings
from clavilux_kit.errors import Cancelled, NotFound, TimedOut, ValidationFailed
from clavilux_kit.grpc_channel import call, open_channel
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import ObjectStore, open_store
from clavilux_kit.workers import Worker

pytestmark = pytest.mark.integration

SONG_KEY = "audio-uploads/user/job/rock.mp3"


@dataclass(frozen=True)
class Client:
    stub: audio_pb2_grpc.AudioServiceAsyncStub
    store: ObjectStore

    async def analyse(self, request_id: str, song_key: str = SONG_KEY, **more: object) -> audio_pb2.AnalyzeResponse:
        request = audio_pb2.AnalyzeRequest(request_id=request_id, job_id="job", song_key=song_key, **more)  # type: ignore[arg-type]  # the message checks them
        answer: audio_pb2.AnalyzeResponse = await call(self.stub.Analyze, request, timeout_s=120.0)
        return answer


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> AsyncIterator[Client]:
    folder = tmp_path_factory.mktemp("audio")
    settings = Settings(listen="127.0.0.1:0", store_url=f"file://{folder}/objects", grace_s=1.0)
    store = open_store(settings)
    await store.put_file(SONG_KEY, samples / "rock.mp3")
    await store.put("audio-uploads/user/job/text.mp3", b"This is no song.\n" * 100)
    async with AsyncExitStack() as stack:
        ear = await stack.enter_async_context(open_ear(settings))
        calls = await stack.enter_async_context(InFlight[Analysis]())
        server = GrpcServer(settings, max_concurrent_calls=8)
        service = AudioService(store, ear, OfflineTranscriber(), calls)
        audio_pb2_grpc.add_AudioServiceServicer_to_server(AudioServicer(service), server.grpc)
        address = await stack.enter_async_context(server.running("clavilux.audio.v1.AudioService"))
        channel = await stack.enter_async_context(open_channel(address))
        yield Client(audio_pb2_grpc.AudioServiceStub(channel), store)


async def test_a_song_is_analysed_over_grpc(client: Client) -> None:
    answer = await client.analyse("one")

    analysis = answer.analysis
    assert analysis.duration_s == pytest.approx(34.0, abs=0.01)
    assert analysis.analyser_version
    assert analysis.tempo.bpm == pytest.approx(138.0, abs=0.5)
    assert [beat.position_in_bar for beat in analysis.beats[:5]] == [1, 2, 3, 4, 1]
    assert analysis.boundaries[0].anchor == audio_pb2.BOUNDARY_ANCHOR_SONG_START
    assert analysis.boundaries[-1].end_s == analysis.duration_s
    assert all(section.kind and section.energy for section in analysis.sections)
    assert analysis.lyrics.source == audio_pb2.LYRICS_SOURCE_NONE
    assert len(analysis.energy.low) == 34 * 30
    assert not answer.costs
    assert not answer.degradations


async def test_the_same_song_is_heard_the_same_twice(client: Client) -> None:
    first, second = await client.analyse("twice-1"), await client.analyse("twice-2")

    assert first == second


async def test_calls_with_one_request_id_share_one_analysis(client: Client) -> None:
    first, second = await asyncio.gather(client.analyse("shared"), client.analyse("shared"))

    assert first == second


async def test_what_could_not_be_done_is_said(client: Client) -> None:
    answer = await client.analyse(
        "lyrics", options=audio_pb2.AnalyzeOptions(transcribe=True), lyrics_key="audio-uploads/user/job/words.lrc"
    )

    assert {fallback.code for fallback in answer.degradations} == {"lyrics_not_transcribed", "lyrics_not_aligned"}


async def test_a_file_that_is_no_song_is_a_validation_error(client: Client) -> None:
    with pytest.raises(ValidationFailed, match="no audio") as error:
        await client.analyse("text", "audio-uploads/user/job/text.mp3")
    assert error.value.fields == {"audio_file": "not audio"}


async def test_a_song_that_is_not_there_is_not_found(client: Client) -> None:
    with pytest.raises(NotFound):
        await client.analyse("missing", "audio-uploads/user/job/none.mp3")


async def test_a_request_without_an_id_is_refused(client: Client) -> None:
    with pytest.raises(ValidationFailed) as error:
        await client.analyse("")
    assert "request_id" in error.value.fields


async def test_a_cancelled_analysis_ends_and_the_next_one_works(client: Client) -> None:
    running = asyncio.create_task(client.analyse("cancelled"))
    cancelled = False
    while not cancelled and not running.done():
        await asyncio.sleep(0.01)
        reply = await client.stub.CancelCall(audio_pb2.CancelCallRequest(request_id="cancelled"))
        cancelled = reply.cancelled

    assert cancelled
    with pytest.raises(Cancelled):
        await running
    assert (await client.analyse("after")).analysis.beats


async def test_an_unknown_call_is_not_cancelled(client: Client) -> None:
    reply = await client.stub.CancelCall(audio_pb2.CancelCallRequest(request_id="nobody"))

    assert not reply.cancelled


async def test_nothing_is_for_sale_where_no_key_is_set(client: Client) -> None:
    reply = await client.stub.Describe(audio_pb2.DescribeRequest())

    assert not reply.offers
    assert reply.analyser_version


async def test_an_analysis_that_takes_too_long_is_timed_out(samples: Path) -> None:
    async with Worker() as worker:
        with pytest.raises(TimedOut):
            await WorkerEar(worker, timeout_s=0.01, with_aubio=False).hear(samples / "rock.mp3")
