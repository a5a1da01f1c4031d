"""The gateway process: `python -m clavilux_gateway.main`."""

import asyncio

from clavilux_kit import telemetry

from clavilux_gateway.app import build_app
from clavilux_gateway.serving import serve
from clavilux_gateway.settings import Settings
from clavilux_gateway.wiring import open_parts


async def run() -> None:
    """Open what the gateway works with, serve until asked to stop, and close it again."""
    settings = Settings()  # type: ignore[call-arg]  # what has no default comes from the environment
    telemetry.configure("gateway", settings)
    async with open_parts(settings) as (parts, tap):
        await serve(build_app(parts), settings, hang_up=tap.hang_up)


def main() -> None:
    """Run the process."""
    asyncio.run(run())


if __name__ == "__main__":
    main()
