"""What surrounds every call of ours: a limit, a log line, a figure, and errors in the form of grpc_errors.

All our calls are unary; health and reflection (under `/grpc.`) pass untouched.
"""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeAlias

import grpc
import structlog

from clavilux_kit.errors import ClaviluxError, Internal, Unavailable
from clavilux_kit.grpc_errors import DETAILS_KEY, status_code, to_status
from clavilux_kit.telemetry import RPC_DURATION, get_logger

# As strings: grpc's own classes are generic for the type checker only.
_Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
_Behaviour: TypeAlias = "Callable[[Any, _Context], Awaitable[Any]]"

_ALWAYS_LET_IN = {"Describe", "CancelCall"}
"""Cheap, and needed most when the service is full."""


class Full(Unavailable):
    """Refused before anything was done: the channel may try again at once, at another server."""


class _UnaryInterceptor(grpc.aio.ServerInterceptor):
    """Wraps the behaviour of our unary methods."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler | None:
        """Wrap the handler of one method; an unknown method has none."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or handler.unary_unary is None or method.startswith("/grpc."):
            return handler
        return grpc.unary_unary_rpc_method_handler(
            self.around(method.removeprefix("/"), handler.unary_unary),  # type: ignore[arg-type]  # typed for threads
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    @abstractmethod
    def around(self, method: str, behaviour: _Behaviour) -> _Behaviour:
        """Return the behaviour with something around it."""


class Limit(_UnaryInterceptor):
    """Refuses a call before it starts when `max_calls` are running."""

    def __init__(self, max_calls: int) -> None:
        self._max_calls = max_calls
        self._running = 0

    def around(self, method: str, behaviour: _Behaviour) -> _Behaviour:
        """Return the behaviour, within the limit."""
        if method.rpartition("/")[2] in _ALWAYS_LET_IN:
            return behaviour

        async def limited(request: Any, context: _Context) -> Any:
            if self._running >= self._max_calls:
                raise Full("The service is full.")
            self._running += 1
            try:
                return await behaviour(request, context)
            finally:
                self._running -= 1

        return limited


class Account(_UnaryInterceptor):
    """One log line and one observation for each call; errors leave as statuses."""

    def around(self, method: str, behaviour: _Behaviour) -> _Behaviour:
        """Return the behaviour, accounted for."""

        async def accounted(request: Any, context: _Context) -> Any:
            with structlog.contextvars.bound_contextvars(**_names(request)):
                started = time.monotonic()
                try:
                    reply = await behaviour(request, context)
                except asyncio.CancelledError:
                    # The client went away, its deadline passed, or this server stops: no error of the call.
                    _account(method, "CANCELLED", started)
                    raise
                except ClaviluxError as error:
                    _account(method, status_code(error).name, started, error=error)
                    await _abort(context, error)
                except Exception as error:  # noqa: BLE001  # the boundary: logged, and answered opaquely
                    get_logger().error("call_crashed", method=method, exc_info=error)
                    _account(method, "INTERNAL", started)
                    await _abort(context, Internal("Something went wrong inside. The log has the details."))
                _account(method, "OK", started)
                return reply

        return accounted


def _names(request: Any) -> dict[str, str]:
    """Return what a request says of whom it is for."""
    names = {name: getattr(request, name, "") for name in ("job_id", "request_id")}
    return {name: value for name, value in names.items() if value}


def _account(method: str, code: str, started: float, *, error: ClaviluxError | None = None) -> None:
    duration_s = time.monotonic() - started
    RPC_DURATION.labels(method, code).observe(duration_s)
    fields: dict[str, object] = {"method": method, "code": code, "duration_s": round(duration_s, 3)}
    if error is not None:
        fields |= {"error_code": error.code, "error": error.message, "spent_micros": error.spent_micros}
    get_logger().info("call", **fields)


async def _abort(context: _Context, error: ClaviluxError) -> NoReturn:
    """End the call with the error. Unless it never started, the channel is told not to repeat it.

    Retries of the work are the provider adapters' alone; without this the channel would add its own to theirs.
    """
    status = to_status(error)
    trailers: list[tuple[str, str | bytes]] = [(DETAILS_KEY, status.SerializeToString())]
    if not isinstance(error, Full):
        trailers.append(("grpc-retry-pushback-ms", "-1"))
    await context.abort(status_code(error), status.message, tuple(trailers))
