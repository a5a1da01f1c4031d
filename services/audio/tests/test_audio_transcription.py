"""The OpenAI adapter against a real HTTP server on loopback."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from clavilux_audio.adapters.offline_transcriber import OfflineTranscriber
from clavilux_audio.adapters.openai_transcriber import OpenAiTranscriber
from clavilux_audio.adapters.transcribers import open_transcriber
from clavilux_audio.domain.money import Offer
from clavilux_audio.domain.song import Cost, LyricsSource, TimedText, Transcript
from clavilux_audio.settings import Settings
from openai import AsyncOpenAI

pytestmark = pytest.mark.integration

OFFER = Offer("openai", "whisper-1", 6_000, "", "")
SUNG = {
    "text": "Hello sun, goodbye.",
    "language": "english",
    "duration": 30.0,
    "words": [
        {"word": "Hello", "start": 1.0, "end": 1.4},
        {"word": "sun,", "start": 1.5, "end": 2.0},
        {"word": "goodbye.", "start": 4.0, "end": 5.0},
    ],
}


@dataclass
class Provider:
    """Answers with `replies` in turn, the last one for ever; a reply of None cuts the connection."""

    replies: list[tuple[int, object] | None]
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def provider() -> Iterator[Provider]:
    scripted = Provider([(200, SUNG)])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            scripted.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            reply = scripted.replies.pop(0) if len(scripted.replies) > 1 else scripted.replies[0]
            if reply is None:
                self.connection.close()
                return
            status, document = reply
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    scripted.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield scripted
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
async def transcriber(provider: Provider) -> AsyncIterator[OpenAiTranscriber]:
    async with AsyncOpenAI(api_key="key", base_url=provider.url, timeout=5.0, max_retries=0) as client:
        yield OpenAiTranscriber(client, OFFER, waits_s=(0.0, 0.0, 0.0))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.mp3"
    path.write_bytes(b"the provider would decode this")
    return path


async def transcribed(by: OpenAiTranscriber, song: Path, *, max_cost_micros: int = 20_000) -> Transcript:
    return await by.transcribe(song, duration_s=30.0, language="en", max_cost_micros=max_cost_micros)


def codes(transcript: Transcript) -> list[str]:
    return [fallback.code for fallback in transcript.degradations]


async def test_words_come_with_their_times_lines_and_cost(
    transcriber: OpenAiTranscriber, provider: Provider, song: Path
) -> None:
    answer = await transcribed(transcriber, song)

    assert answer.lyrics.source is LyricsSource.TRANSCRIBED
    assert answer.lyrics.words[1] == TimedText("sun,", 1.5, 2.0)
    assert [line.text for line in answer.lyrics.lines] == ["Hello sun,", "goodbye."]
    assert answer.lyrics.language == "en"
    assert answer.costs == (Cost("openai", "whisper-1", 3_000),)
    assert b'name="timestamp_granularities[]"\r\n\r\nword' in provider.bodies[0]
    assert b"verbose_json" in provider.bodies[0]
    assert b'filename="song.mp3"' in provider.bodies[0]


async def test_a_song_without_words_is_an_instrumental_and_no_failure(
    transcriber: OpenAiTranscriber, provider: Provider, song: Path
) -> None:
    provider.replies = [(200, {"text": "", "language": "english", "duration": 30.0, "words": []})]

    answer = await transcribed(transcriber, song)

    assert answer.lyrics.source is LyricsSource.INSTRUMENTAL
    assert codes(answer) == []


async def test_an_overloaded_provider_is_asked_again(
    transcriber: OpenAiTranscriber, provider: Provider, song: Path
) -> None:
    provider.replies = [(429, {"error": {"message": "slow down"}}), (500, {"error": {}}), (200, SUNG)]

    answer = await transcribed(transcriber, song)

    assert answer.lyrics.source is LyricsSource.TRANSCRIBED
    assert answer.costs == (Cost("openai", "whisper-1", 3_000),)
    assert len(provider.bodies) == 3


@pytest.mark.parametrize(
    ("status", "document", "asked"),
    [
        (500, {"error": {"message": "down"}}, 4),
        (400, {"error": {"message": "cannot decode"}}, 1),
        (401, {"error": {"message": "wrong key"}}, 1),
        (429, {"error": {"message": "no money", "code": "insufficient_quota"}}, 1),
    ],
)
async def test_a_failure_is_an_answer_that_says_so(
    transcriber: OpenAiTranscriber, provider: Provider, song: Path, status: int, document: object, asked: int
) -> None:
    provider.replies = [(status, document)]

    answer = await transcribed(transcriber, song)

    assert answer.lyrics.source is LyricsSource.FAILED
    assert codes(answer) == ["lyrics_failed"]
    assert answer.costs == ()
    assert len(provider.bodies) == asked


@pytest.mark.parametrize(
    "document", [{"text": "words without times"}, {"text": "x", "words": [{"word": 3}]}, ["no object"], b"<html>"]
)
async def test_an_answer_in_the_wrong_form_is_a_failure_that_was_paid(
    transcriber: OpenAiTranscriber, provider: Provider, song: Path, document: object
) -> None:
    provider.replies = [(200, document)]

    answer = await transcribed(transcriber, song)

    assert answer.lyrics.source is LyricsSource.FAILED
    assert answer.costs == (Cost("openai", "whisper-1", 3_000),)


async def test_a_cut_connection_counts_as_paid_and_is_repeated_only_while_the_money_lasts(
    transcriber: OpenAiTranscriber, provider: Provider, song: Path
) -> None:
    provider.replies = [None]

    answer = await transcribed(transcriber, song, max_cost_micros=7_000)

    assert len(provider.bodies) == 2
    assert answer.costs == (Cost("openai", "whisper-1", 6_000),)
    assert codes(answer) == ["lyrics_failed"]


@pytest.mark.parametrize("max_cost_micros", [0, 2_999])
async def test_nothing_is_bought_beyond_what_is_allowed(
    transcriber: OpenAiTranscriber, provider: Provider, song: Path, max_cost_micros: int
) -> None:
    answer = await transcribed(transcriber, song, max_cost_micros=max_cost_micros)

    assert answer.lyrics.source is LyricsSource.NONE
    assert codes(answer) == ["lyrics_not_transcribed"]
    assert provider.bodies == []


async def test_without_a_key_nobody_is_asked(song: Path) -> None:
    async with open_transcriber(Settings.model_validate({"OPENAI_API_KEY": ""})) as transcriber:
        answer = await transcriber.transcribe(song, duration_s=30.0, language="", max_cost_micros=10_000)

        assert isinstance(transcriber, OfflineTranscriber)
        assert transcriber.offers() == ()
    assert answer.lyrics.source is LyricsSource.NONE
    assert codes(answer) == ["lyrics_not_transcribed"]


async def test_with_a_key_the_configured_server_is_asked(provider: Provider, song: Path) -> None:
    settings = Settings.model_validate({"OPENAI_API_KEY": "key", "OPENAI_BASE_URL": provider.url})

    async with open_transcriber(settings) as transcriber:
        answer = await transcriber.transcribe(song, duration_s=30.0, language="", max_cost_micros=10_000)

    assert answer.lyrics.source is LyricsSource.TRANSCRIBED
