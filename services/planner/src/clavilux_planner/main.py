"""The planner's process."""

import asyncio

from clavilux.planner.v1.planner_pb2_grpc import add_PlannerServiceServicer_to_server
from clavilux_kit import telemetry
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.objects import open_store
from clavilux_kit.settings import ProcessSettings

from clavilux_planner.servicer import PlannerServicer


async def serve() -> None:
    """Serve plans until told to stop."""
    settings = ProcessSettings()
    telemetry.configure("planner", settings)
    server = GrpcServer(settings)
    add_PlannerServiceServicer_to_server(PlannerServicer(open_store(settings)), server.grpc)
    await server.serve("clavilux.planner.v1.PlannerService")


def main() -> None:
    """Start the process."""
    asyncio.run(serve())


if __name__ == "__main__":
    main()
