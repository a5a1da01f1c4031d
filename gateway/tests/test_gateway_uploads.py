import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from clavilux_kit.events import JOBS_READY, EventBus

from gateway.tests.gateway_world import PROMPT, TOKEN, RunningGateway, Songs

pytestmark = pytest.mark.integration

LIMIT_BYTES = 10 * 1024 * 1024


async def assert_nothing_stored(gateway: RunningGateway) -> None:
    assert await gateway.stored() == []
    assert await gateway.job_rows() == []


def assert_problem(response: httpx.Response, status: int, code: str, *fields: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["detail"]
    assert {error["field"] for error in problem.get("errors", [])} == set(fields)


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "utf-16"])
async def test_a_form_in_another_charset_is_refused(gateway: RunningGateway, songs: Songs, charset: str) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="user_prompt"\r\n\r\n' + PROMPT.encode() + b"\\ud800\r\n"
        b'--x\r\nContent-Disposition: form-data; name="audio_file"; filename="a"\r\n\r\n'
        + songs.mp3().read_bytes()
        + b"\r\n--x--\r\n"
    )
    headers = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    response = await gateway.client().post("/api/v1/upload-audio", content=body, headers=headers)
    assert_problem(response, 415, "VALIDATION_ERROR")
    await assert_nothing_stored(gateway)


async def test_a_song_that_does_not_arrive_in_time_is_given_up(gateway: RunningGateway) -> None:
    reader, writer = await asyncio.open_connection(*gateway.address.split(":"))
    head = f"POST /api/v1/upload-audio HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 9000\r\n"
    writer.write(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n")
    async with asyncio.timeout(5):
        answer = await reader.read()  # up to the end: the connection is closed
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"TIMEOUT"' in answer


@pytest.mark.parametrize("kind", ["wav", "mp3", "flac"])
async def test_a_song_is_stored_and_its_job_queued(gateway: RunningGateway, songs: Songs, kind: str) -> None:
    song: Path = getattr(songs, kind)(6.0)

    response = await gateway.upload(song, name="../My Song.bin", seed="7", budget="1.50", title="Lighthouse")

    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["status"] == "queued"
    assert answer["estimated_time"] == 72
    [row] = await gateway.job_rows()
    assert str(row["id"]) == answer["job_id"]
    assert row["status"] == "queued"
    assert row["audio_url"] == f"audio-uploads/{row['user_id']}/{row['id']}/My_Song.{kind}"
    assert row["audio_hash"] == hashlib.blake2b(song.read_bytes(), digest_size=16).hexdigest()
    assert row["audio_bytes"] == song.stat().st_size
    assert row["audio_duration_s"] == pytest.approx(6.0, abs=0.1)
    assert row["user_prompt"] == PROMPT
    assert row["budget_micros"] == 1_500_000
    assert '"seed": 7' in row["options"]
    assert '"title": "Lighthouse"' in row["options"]
    assert await gateway.stored() == [row["audio_url"]]
    path = answer["audio_url"].removeprefix("http://localhost:8000")
    fetched = await gateway.client(token=None).get(path)
    assert fetched.content == song.read_bytes()


async def test_a_queued_job_rings_for_the_orchestrator(gateway: RunningGateway, songs: Songs, nats_url: str) -> None:
    async with EventBus.connect(nats_url, "listener") as bus, bus.bell(JOBS_READY) as rung:
        assert (await gateway.upload(songs.wav())).status_code == 200
        await rung.wait()


@pytest.mark.parametrize("content", [b"some words " * 5000, b"\x89PNG\r\n\x1a\n" + b"\x00" * 5000, b"\xff\xfb" * 9000])
async def test_a_file_that_is_not_audio_is_refused_whatever_its_name(
    gateway: RunningGateway, tmp_path: Path, content: bytes
) -> None:
    song = tmp_path / "song.mp3"
    song.write_bytes(content)
    assert_problem(await gateway.upload(song), 415, "VALIDATION_ERROR", "audio_file")
    await assert_nothing_stored(gateway)


async def test_sound_of_another_kind_is_refused_though_it_is_named_mp3(gateway: RunningGateway, songs: Songs) -> None:
    song = songs.encoded("aac", "m4a")
    assert_problem(await gateway.upload(song, name="song.mp3"), 415, "VALIDATION_ERROR", "audio_file")
    await assert_nothing_stored(gateway)


async def test_an_empty_file_is_refused(gateway: RunningGateway, tmp_path: Path) -> None:
    song = tmp_path / "song.mp3"
    song.touch()
    assert_problem(await gateway.upload(song), 400, "VALIDATION_ERROR", "audio_file")
    await assert_nothing_stored(gateway)


@pytest.mark.parametrize("extra_bytes", [1, 100_000, 5_000_000])
async def test_more_than_10_mb_are_refused(gateway: RunningGateway, songs: Songs, extra_bytes: int) -> None:
    song = songs.wav()
    song.write_bytes(song.read_bytes().ljust(LIMIT_BYTES + extra_bytes, b"\x00"))
    assert_problem(await gateway.upload(song), 413, "VALIDATION_ERROR", "audio_file")
    await assert_nothing_stored(gateway)


async def test_a_body_that_does_not_say_how_long_it_is_is_cut_at_the_limit(gateway: RunningGateway) -> None:
    sent_bytes = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent_bytes
        yield b'--x\r\nContent-Disposition: form-data; name="audio_file"; filename="song.mp3"\r\n\r\n'
        while sent_bytes < 2 * LIMIT_BYTES:
            sent_bytes += 1 << 16
            yield bytes(1 << 16)

    response = await gateway.client().post(
        "/api/v1/upload-audio", content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert_problem(response, 413, "VALIDATION_ERROR", "audio_file")
    await assert_nothing_stored(gateway)


async def test_a_song_of_just_10_mb_is_taken(gateway: RunningGateway, songs: Songs) -> None:
    song = songs.wav()
    song.write_bytes(song.read_bytes().ljust(LIMIT_BYTES, b"\x00"))
    assert (await gateway.upload(song)).status_code == 200


@pytest.mark.parametrize("length", [49, 501])
async def test_a_prompt_that_is_too_short_or_too_long_is_refused(
    gateway: RunningGateway, songs: Songs, length: int
) -> None:
    assert_problem(await gateway.upload(songs.wav(), prompt="a" * length), 400, "VALIDATION_ERROR", "user_prompt")
    await assert_nothing_stored(gateway)


@pytest.mark.parametrize("seconds", [4.5, 901.0])
async def test_a_song_that_is_too_short_or_too_long_is_refused(
    gateway: RunningGateway, songs: Songs, seconds: float
) -> None:
    song = songs.encoded("flac", "flac", seconds, rate_hz=8000)
    assert_problem(await gateway.upload(song), 400, "VALIDATION_ERROR", "audio_file")
    await assert_nothing_stored(gateway)


async def test_all_wrong_fields_are_named_at_once(gateway: RunningGateway, songs: Songs) -> None:
    response = await gateway.upload(songs.wav(), prompt="no", quality="best", seed="-1")
    assert_problem(response, 400, "VALIDATION_ERROR", "user_prompt", "quality", "seed")
    await assert_nothing_stored(gateway)


async def test_an_upload_without_a_song_is_refused(gateway: RunningGateway) -> None:
    files = {"user_prompt": (None, PROMPT)}
    assert_problem(
        await gateway.client().post("/api/v1/upload-audio", files=files), 400, "VALIDATION_ERROR", "audio_file"
    )
    await assert_nothing_stored(gateway)


@pytest.mark.parametrize(
    ("content_type", "content", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=x", b"not multipart at all", 400),
    ],
)
async def test_a_body_that_is_not_a_form_is_refused(
    gateway: RunningGateway, content_type: str, content: bytes, status: int
) -> None:
    response = await gateway.client().post(
        "/api/v1/upload-audio", content=content, headers={"Content-Type": content_type}
    )
    assert response.status_code == status
    assert response.json()["code"] == "VALIDATION_ERROR"
    await assert_nothing_stored(gateway)


@pytest.mark.parametrize("token", [None, TOKEN + "x", TOKEN[:-1]])
async def test_without_the_right_token_nothing_is_taken(
    gateway: RunningGateway, songs: Songs, token: str | None
) -> None:
    client = gateway.client(token)
    response = await client.post("/api/v1/upload-audio", files={"audio_file": songs.wav().read_bytes()})
    assert_problem(response, 401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"
    await assert_nothing_stored(gateway)


async def test_a_song_whose_row_is_refused_is_taken_back(gateway: RunningGateway, songs: Songs) -> None:
    await gateway.database.execute("DELETE FROM accounts.users")
    response = await gateway.upload(songs.wav())
    assert_problem(response, 500, "INTERNAL")
    assert "foreign key" not in response.text
    await assert_nothing_stored(gateway)
