"""What people are told while the database or the event bus is away."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from clavilux_embedded import EmbeddedNats, EmbeddedPostgres, open_nats, open_postgres, start, stop
from clavilux_schema import migrate

from gateway.tests.gateway_world import PROMPT, TOKEN, Songs

pytestmark = pytest.mark.integration


async def test_without_database_or_event_bus_it_says_so_and_does_not_hang(tmp_path: Path, songs: Songs) -> None:
    with (
        open_postgres(tmp_path / "postgres", log=tmp_path / "postgres.log") as postgres,
        open_nats(tmp_path / "nats", log=tmp_path / "nats.log") as bus,
    ):
        migrate(postgres.dsn())
        ready = tmp_path / "ready.json"
        environment = os.environ | {
            "CLAVILUX_GATEWAY_LISTEN": "127.0.0.1:0",
            "CLAVILUX_DATABASE_URL": postgres.dsn("clavilux_gateway"),
            "CLAVILUX_NATS_URL": bus.url,
            "CLAVILUX_STORE_URL": (tmp_path / "objects").as_uri(),
            "CLAVILUX_SIGNING_KEY": "a-signing-key-of-the-tests",
            "CLAVILUX_TOKEN": TOKEN,
            "CLAVILUX_READY_FILE": str(ready),
        }
        command = [sys.executable, "-m", "clavilux_gateway.main"]
        gateway = start(command, log=tmp_path / "gateway.log", environment=environment)
        try:
            async with asyncio.timeout(30):
                while not ready.exists():  # noqa: ASYNC110  # a file tells nobody
                    await asyncio.sleep(0.05)
            async with httpx.AsyncClient(
                base_url=f"http://{json.loads(ready.read_text())['address']}",
                headers={"Authorization": f"Bearer {TOKEN}"},
                trust_env=False,
                timeout=15,
            ) as client:
                await _loses_the_event_bus(client, songs, bus)
                await _loses_the_database(client, songs, postgres)
                assert len([each for each in (tmp_path / "objects").rglob("*") if each.is_file()]) == 1
        finally:
            stop(gateway)


async def _loses_the_event_bus(client: httpx.AsyncClient, songs: Songs, bus: EmbeddedNats) -> None:
    assert (await client.get("/readyz")).status_code == 200
    stop(bus.process, by=signal.SIGKILL)
    await asyncio.sleep(0.2)
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"status": "not ready", "checks": {"database": True, "events": False, "store": True}}
    queued = await _upload(client, songs)
    assert queued.status_code == 200, "the queue is in the database; a bell that is not heard costs a poll"


async def _loses_the_database(client: httpx.AsyncClient, songs: Songs, postgres: EmbeddedPostgres) -> None:
    stop(postgres.process, by=signal.SIGINT)
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"] == {"database": False, "events": False, "store": True}
    for answer in (await client.get(f"/api/v1/jobs/{uuid4()}"), await _upload(client, songs)):
        assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "5"
    assert (await client.get("/healthz")).status_code == 200


async def _upload(client: httpx.AsyncClient, songs: Songs) -> httpx.Response:
    files = {"audio_file": ("song.wav", songs.wav().read_bytes())}
    return await client.post("/api/v1/upload-audio", files=files, data={"user_prompt": PROMPT})
