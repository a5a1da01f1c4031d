"""Predictions at Replicate: created once, waited for, cancelled only on demand; outputs fetched with suspicion.

The official client is used through its request layer: its own `Prediction` rejects the status "aborted", and its
`create` cannot send `Cancel-After`. The layer repeats GET on 429 and 503, and never POST.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from clavilux_kit.errors import Cancelled, ClaviluxError, GenerationFailed, TimedOut, Unavailable
from clavilux_kit.telemetry import get_logger
from pydantic import BaseModel, Field, ValidationError
from replicate.client import Client

ENDED = ("succeeded", "failed", "canceled", "aborted")
LONGEST_RATE_LIMIT_S = 60.0
PATIENCE_S = 10.0  # after Cancel-After the provider ends a prediction itself


class Prediction(BaseModel):
    """What the API says of a prediction; the rest of its fields is not read."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    status: str
    output: Any = None
    error: str | None = None
    started_at: str | None = None


@dataclass(frozen=True)
class Limits:
    """How long, how much and from where. Prices are what one prediction costs."""

    timeout_s: float
    poll_s: float
    price_micros: int
    output_hosts: tuple[str, ...]
    output_bytes: int


class Predictions:
    """Predictions of one process, by request_id."""

    def __init__(self, client: Client, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._ids: dict[str, asyncio.Future[str]] = {}

    async def run(self, request_id: str, model: str, inputs: Mapping[str, object]) -> str:
        """Buy one prediction and wait for it. Returns the URL of its one output.

        Raises:
            GenerationFailed: refused, failed, or succeeded with nothing; `spent_micros` counts what is in doubt.
            TimedOut, Cancelled: it was ended.
        """
        created: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._ids[request_id] = created
        try:
            prediction = await self._create(model, inputs)
            created.set_result(prediction.id)
            get_logger().info("prediction_created", request_id=request_id, prediction_id=prediction.id, model=model)
            return self._output(await self._ended(prediction))
        finally:
            created.cancel()
            del self._ids[request_id]

    async def cancel(self, request_id: str) -> bool:
        """Cancel a running prediction at the provider; its `run` then ends by itself. False where none runs."""
        created = self._ids.get(request_id)
        if created is None:
            return False
        await asyncio.wait([created])
        if created.cancelled():
            return False
        await self._ask("POST", f"/v1/predictions/{created.result()}/cancel")
        return True

    async def upload(self, name: str, data: bytes, media_type: str) -> str:
        """Give a file to the provider, who cannot reach our store. Returns its URL."""
        reply = await self._ask("POST", "/v1/files", files={"content": (name, data, media_type)})
        url = _body(reply).get("urls", {}).get("get", "") if reply.is_success else ""
        if not url:
            raise GenerationFailed(f"Replicate did not take the picture: {reply.status_code} {_detail(reply)}")
        return str(url)

    async def download(self, url: str, path: Path) -> None:
        """Fetch an output. Raises GenerationFailed for a strange host, too many bytes, or a broken transfer."""
        if not _is_allowed(url, self._limits.output_hosts):
            raise self._lost(f"Replicate's output is on a host that is not trusted: {urlsplit(url).hostname}")
        try:
            await asyncio.wait_for(self._fetch(url, path), timeout=self._limits.timeout_s)
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._lost(f"Replicate's output could not be fetched: {type(error).__name__} {error}") from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _fetch(self, url: str, path: Path) -> None:
        received = 0
        with path.open("wb") as file:
            async with self._http.stream("GET", url, follow_redirects=False) as reply:
                if reply.status_code != httpx.codes.OK:
                    raise self._lost(f"Replicate's output could not be fetched: {reply.status_code}")
                async for chunk in reply.aiter_bytes():
                    received += len(chunk)
                    if received > self._limits.output_bytes:
                        raise self._lost(f"Replicate's output is larger than {self._limits.output_bytes} bytes.")
                    file.write(chunk)

    async def _create(self, model: str, inputs: Mapping[str, object]) -> Prediction:
        until = time.monotonic() + LONGEST_RATE_LIMIT_S
        headers = {"Cancel-After": f"{max(5, round(self._limits.timeout_s))}s"}
        while True:
            try:
                path = f"/v1/models/{model}/predictions"
                reply = await self._http.post(path, json={"input": dict(inputs)}, headers=headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                raise GenerationFailed(f"Replicate cannot be reached: {error}") from error
            except httpx.HTTPError as error:
                # The request may have arrived: repeating it could pay twice.
                raise self._lost(f"Replicate's answer was lost: {type(error).__name__} {error}") from error
            wait_s = _rate_limit_s(reply)
            if wait_s is None or time.monotonic() + wait_s > until:
                return self._read_created(reply)
            await asyncio.sleep(wait_s)

    def _read_created(self, reply: httpx.Response) -> Prediction:
        if reply.is_server_error:
            raise self._lost(f"Replicate failed while creating: {reply.status_code} {_detail(reply)}")
        if not reply.is_success:
            raise GenerationFailed(f"Replicate refused: {reply.status_code} {_detail(reply)}")
        try:
            return Prediction.model_validate_json(reply.content)
        except ValidationError as error:
            raise self._lost("Replicate's answer is not a prediction.") from error

    async def _ended(self, prediction: Prediction) -> Prediction:
        until = time.monotonic() + self._limits.timeout_s + PATIENCE_S
        while prediction.status not in ENDED:
            if time.monotonic() > until:
                raise TimedOut(
                    f"The prediction took more than {self._limits.timeout_s:.0f} s.",
                    spent_micros=self._limits.price_micros,
                )
            await asyncio.sleep(self._limits.poll_s)
            prediction = await self._look(prediction)
        return prediction

    async def _look(self, prediction: Prediction) -> Prediction:
        try:
            reply = await self._http.get(f"/v1/predictions/{prediction.id}")
            reply.raise_for_status()
            return Prediction.model_validate_json(reply.content)
        except (httpx.HTTPError, ValidationError) as error:
            # What was bought is waited for until its deadline, whatever one look gives.
            get_logger().warning("prediction_unseen", prediction_id=prediction.id, reason=str(error)[:200])
            return prediction

    def _output(self, prediction: Prediction) -> str:
        outputs = prediction.output if isinstance(prediction.output, list) else [prediction.output]
        if prediction.status == "succeeded" and outputs and isinstance(outputs[0], str) and outputs[0]:
            return outputs[0]
        raise self._not_made(prediction)

    def _not_made(self, prediction: Prediction) -> ClaviluxError:
        # A prediction that was ended before it started is free.
        spent_micros = self._limits.price_micros if prediction.started_at else 0
        if prediction.status == "canceled":
            return Cancelled("The prediction was cancelled.", spent_micros=spent_micros)
        if prediction.status == "aborted":
            return TimedOut("The prediction's time ran out before it started.")
        if prediction.status == "succeeded":
            return self._lost("The model gave nothing.")
        return self._lost(f"The model failed: {(prediction.error or 'it did not say why')[:300]}")

    def _lost(self, message: str) -> GenerationFailed:
        return GenerationFailed(message, spent_micros=self._limits.price_micros)

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request that costs nothing."""
        try:
            return await self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise Unavailable(f"Replicate cannot be reached: {type(error).__name__}") from error

    @property
    def _http(self) -> httpx.AsyncClient:
        return self._client._async_client  # noqa: SLF001 - the client's request layer, see above


def seed_of(request_id: str) -> int:
    """A seed that only this call has, so that a prediction can be recognised as ours. From 0 to 2^31 - 1."""
    return int.from_bytes(hashlib.blake2b(request_id.encode(), digest_size=4).digest()) >> 1


def _is_allowed(url: str, hosts: tuple[str, ...]) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_listed = any(host == allowed or host.endswith(f".{allowed}") for allowed in hosts)
    return is_listed and (parts.scheme == "https" or (parts.scheme == "http" and host == "127.0.0.1"))


def _rate_limit_s(reply: httpx.Response) -> float | None:
    if reply.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return None
    header = reply.headers.get("Retry-After", "")
    return float(header) if header.isdigit() else 5.0


def _detail(reply: httpx.Response) -> str:
    body = _body(reply)
    return str(body.get("detail") or body.get("title") or "")[:300]


def _body(reply: httpx.Response) -> dict[str, Any]:
    try:
        body = reply.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
