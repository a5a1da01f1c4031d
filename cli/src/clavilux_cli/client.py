"""The gateway's REST and SSE interface, as the command line uses it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from httpx_sse import ServerSentEvent, aconnect_sse

_TERMINAL = frozenset({"completed", "error", "cancelled"})
_RECONNECT_AFTER_S = 1.0


class Refused(Exception):
    """The gateway answered with a problem. The message is its sentence for people."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(_sentence(status, problem))
        self.status = status
        self.code = str(problem.get("code", "INTERNAL"))


@dataclass(frozen=True)
class Event:
    """One event of a job."""

    name: str
    data: dict[str, Any]

    @property
    def is_terminal(self) -> bool:
        """Whether nothing follows it."""
        return self.name in _TERMINAL


@dataclass(frozen=True)
class Client:
    """Calls on one gateway with one token."""

    http: httpx.AsyncClient

    async def upload(self, song: Path, prompt: str, options: dict[str, str]) -> dict[str, Any]:
        """Uploads a song. Raises Refused with the gateway's reason."""
        with song.open("rb") as file:
            reply = await self.http.post(
                "/api/v1/upload-audio",
                files={"audio_file": (song.name, file)},
                data={"user_prompt": prompt} | options,
            )
        return _document(reply)

    async def job(self, job_id: str) -> dict[str, Any]:
        """The status of a job."""
        return _document(await self.http.get(f"/api/v1/jobs/{job_id}"))

    async def cancel(self, job_id: str) -> None:
        """Asks for a job's cancellation."""
        _require_success(await self.http.post(f"/api/v1/jobs/{job_id}/cancel"))

    async def events(self, job_id: str) -> AsyncIterator[Event]:
        """Every event of a job until its last. A broken stream is taken up after the last event that came."""
        last_id = ""
        while True:
            headers = {"Last-Event-ID": last_id} if last_id else {}
            try:
                async with aconnect_sse(
                    self.http,
                    "GET",
                    f"/api/v1/jobs/{job_id}/stream",
                    headers=headers,
                    timeout=httpx.Timeout(10, read=60),
                ) as source:
                    if source.response.status_code == httpx.codes.NO_CONTENT:
                        return
                    if source.response.is_error:
                        await source.response.aread()
                    _require_success(source.response)
                    async for raw in source.aiter_sse():
                        last_id = raw.id or last_id
                        if not raw.data:  # by the standard no event; httpx-sse gives it all the same
                            continue
                        event = _event(raw)
                        yield event
                        if event.is_terminal:
                            return
            except httpx.TransportError:
                await asyncio.sleep(_RECONNECT_AFTER_S)

    async def download(self, job_id: str, target: Path) -> None:
        """Writes a job's video to `target`, which is there only when it is whole."""
        partial = target.with_name(f".{target.name}.partial")
        try:
            async with self.http.stream("GET", f"/api/v1/jobs/{job_id}/download") as reply:
                if reply.is_error:
                    await reply.aread()
                _require_success(reply)
                with partial.open("wb") as file:
                    async for chunk in reply.aiter_bytes():
                        file.write(chunk)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def open_client(url: str, token: str) -> httpx.AsyncClient:
    """An HTTP client for the gateway at `url`."""
    # A proxy of the user's is for the outside; the gateway is on this machine.
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False)


def _event(raw: ServerSentEvent) -> Event:
    return Event(raw.event, json.loads(raw.data))


def _document(reply: httpx.Response) -> dict[str, Any]:
    _require_success(reply)
    document: dict[str, Any] = reply.json()
    return document


def _require_success(reply: httpx.Response) -> None:
    if reply.is_error:
        try:
            problem = reply.json()
        except ValueError:
            problem = {}
        raise Refused(reply.status_code, problem)


def _sentence(status: int, problem: dict[str, Any]) -> str:
    sentence = str(problem.get("detail") or problem.get("title") or f"The gateway answered {status}.")
    reasons = [f"{error['field']}: {error['detail']}" for error in problem.get("errors", [])]
    return " ".join([sentence, *reasons])
