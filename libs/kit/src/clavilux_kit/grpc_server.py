"""The gRPC server that every service is: health, reflection, limits, and a stop in the right order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

# These three publish no types.
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_health.v1.health import aio as health  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection  # type: ignore[import-untyped]

from clavilux_kit.grpc_interceptors import Account, Limit
from clavilux_kit.lifecycle import announced, until_stopped
from clavilux_kit.settings import ProcessSettings
from clavilux_kit.telemetry import get_logger

_OPTIONS: list[tuple[str, int]] = [
    # Two processes on one port would share calls by chance; the second one fails instead.
    ("grpc.so_reuseport", 0),
    # Clients look for new servers every ten minutes; calls in flight are never cut.
    ("grpc.max_connection_age_ms", 600_000),
    ("grpc.max_connection_age_grace_ms", 2**31 - 1),
    # The channel's keepalive pings come every 30 s, also while a call of minutes sends no data.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
]


class GrpcServer:
    """A server on `settings.listen`. Made inside the event loop; servicers are added to `grpc`."""

    def __init__(self, settings: ProcessSettings, *, max_concurrent_calls: int | None = None) -> None:
        """Prepare the server.

        Over `max_concurrent_calls` a call is refused as UNAVAILABLE before it starts; health, reflection, `Describe`
        and `CancelCall` always get in.
        """
        interceptors: list[grpc.aio.ServerInterceptor] = [Account()]
        if max_concurrent_calls is not None:
            interceptors.append(Limit(max_concurrent_calls))
        self._settings = settings
        self._health = health.HealthServicer()
        self.grpc: grpc.aio.Server = grpc.aio.server(interceptors=interceptors, options=_OPTIONS)

    async def serve(self, *service_names: str) -> None:
        """Serve until SIGTERM or SIGINT, then stop in order; returns when the last call has ended.

        The order: health says NOT_SERVING, a pause in which load balancers notice, no new calls, the grace for those
        in flight. Resources that the calls use are closed by the caller afterwards.
        Raises RuntimeError when the address is taken.
        """
        async with self.running(*service_names):
            await until_stopped()
            get_logger().info("stopping")
            await self._health.enter_graceful_shutdown()
            await asyncio.sleep(self._settings.drain_pause_s)

    @asynccontextmanager
    async def running(self, *service_names: str) -> AsyncIterator[str]:
        """Serve inside the `async with`; gives the address, "host:port". This is what tests use."""
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        reflection.enable_server_reflection(
            (*service_names, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME),
            self.grpc,
        )
        port = self.grpc.add_insecure_port(self._settings.listen)
        await self.grpc.start()
        try:
            for name in ("", *service_names):
                await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
            address = f"{_reachable(self._settings.listen)}:{port}"
            with announced(self._settings.ready_file, address):
                get_logger().info("serving", address=address)
                yield address
        finally:
            await self._health.enter_graceful_shutdown()
            await self.grpc.stop(self._settings.grace_s)
            get_logger().info("stopped")


def _reachable(listen: str) -> str:
    """The host under which this machine reaches what listens there."""
    host = listen.rpartition(":")[0]
    return {"0.0.0.0": "127.0.0.1", "[::]": "127.0.0.1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
