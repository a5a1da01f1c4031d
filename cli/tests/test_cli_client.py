"""The command line's client against a real HTTP server that misbehaves as networks do."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from clavilux_cli.client import Client, Refused, open_client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

pytestmark = pytest.mark.integration


async def stream(request: Request) -> Response:
    resumed_after = request.headers.get("last-event-id")
    events = (1, 2) if resumed_after is None else (3, 4)

    async def body() -> AsyncIterator[str]:
        for number in events:
            name = "completed" if number == 4 else "progress"
            yield f'id: s-{number}\nevent: {name}\ndata: {{"progress": {number}, "after": "{resumed_after}"}}\n\n'
        if resumed_after is None:
            raise ConnectionAbortedError  # cut in the middle of the stream

    return StreamingResponse(body(), media_type="text/event-stream")


async def refuse(request: Request) -> Response:
    problem = {"title": "Bad Request", "detail": "The prompt is too short.", "code": "VALIDATION_ERROR",
               "errors": [{"field": "user_prompt", "detail": "49 of at least 50 characters"}]}  # fmt: skip
    return JSONResponse(problem, status_code=400, media_type="application/problem+json")


async def half_a_video(request: Request) -> Response:
    async def body() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionAbortedError

    return StreamingResponse(body(), headers={"content-length": "8"})


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    app = Starlette(routes=[
        Route("/api/v1/jobs/{job}/stream", stream),
        Route("/api/v1/jobs/{job}/download", half_a_video),
        Route("/api/v1/upload-audio", refuse, methods=["POST"]),
    ])  # fmt: skip
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with open_client(f"http://127.0.0.1:{listener.getsockname()[1]}", "token") as http:
        yield Client(http)
    server.should_exit = True
    await serving


async def test_a_stream_that_is_cut_is_taken_up_after_the_last_event_that_came(client: Client) -> None:
    seen = [(event.data["progress"], event.data["after"]) async for event in client.events("job")]
    assert seen == [(1, "None"), (2, "None"), (3, "s-2"), (4, "s-2")]


async def test_a_refusal_is_said_in_the_gateways_words_with_the_field(client: Client, tmp_path: Path) -> None:
    song = tmp_path / "song.wav"
    song.write_bytes(b"RIFF")
    with pytest.raises(
        Refused, match=r"The prompt is too short\. user_prompt: 49 of at least 50 characters"
    ) as refused:
        await client.upload(song, "short", {})
    assert refused.value.code == "VALIDATION_ERROR"


async def test_a_download_that_is_cut_leaves_no_half_file(client: Client, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="peer closed"):
        await client.download("job", tmp_path / "video.mp4")
    assert list(tmp_path.iterdir()) == []
