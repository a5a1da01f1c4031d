"""The caller's side of gRPC: one channel for each service and process, and calls that end in our errors."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import grpc

from clavilux_kit.errors import Unavailable
from clavilux_kit.grpc_errors import from_rpc_error

Request = TypeVar("Request")
Reply = TypeVar("Reply")

_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{}],
            # A server that is full, away or not there yet. Errors of the work itself forbid it (grpc_interceptors).
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.5s",
                "maxBackoff": "4s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}

_OPTIONS: list[tuple[str, int | str]] = [
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    # A service that was restarted is found again within seconds.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),
]


@asynccontextmanager
async def open_channel(target: str) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to all servers behind `target` ("host:port" or a gRPC URI), in turn. It connects at the first call."""
    address = (
        target if "://" in target or target.startswith(("dns:", "unix:", "ipv4:", "ipv6:")) else f"dns:///{target}"
    )
    async with grpc.aio.insecure_channel(address, options=_OPTIONS) as channel:
        yield channel


async def call(
    method: grpc.aio.UnaryUnaryMultiCallable[Request, Reply], request: Request, *, timeout_s: float
) -> Reply:
    """Make one call; `timeout_s` is the deadline over all its attempts.

    Raises the ClaviluxError that the server raised; TimedOut when the deadline passed; Unavailable when no server can
    be reached, or it went away in the middle, or the channel was closed: the work may go on there, and a call with the
    same request_id attaches to it. Our own task's cancellation stays asyncio.CancelledError.
    """
    try:
        return await method(request, timeout=timeout_s)
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error, _name(method)) from error
    except asyncio.CancelledError as error:
        if _is_own_cancellation():
            raise
        raise Unavailable(f"{_name(method)} cannot be reached: its channel was closed.") from error


def _is_own_cancellation() -> bool:
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def _name(method: Any) -> str:
    """The service as people know it: "audio" for /clavilux.audio.v1.AudioService/Analyze."""
    path: bytes = method._method  # noqa: SLF001  # the multi-callable has no public name
    package = path.decode().strip("/").split(".")
    return f"The {package[1]} service" if package[0] == "clavilux" else "A service"
