"""The `clavilux` command."""

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated

import httpx
import typer
from clavilux_embedded import StartFailed
from rich.console import Console
from rich.text import Text

from clavilux_cli.client import Refused
from clavilux_cli.doctor import examine
from clavilux_cli.home import AlreadyRunning, Home, find_home
from clavilux_cli.machine import MachineFailed
from clavilux_cli.render import Order, RenderFailed, render, require_writable
from clavilux_cli.session import run_until, running_machine, stay_up

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
# What is shown may hold brackets, which are no markup.
_console = Console(markup=False, highlight=False, soft_wrap=True)
_errors = Console(markup=False, highlight=False, soft_wrap=True, stderr=True)

DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Where everything is kept (CLAVILUX_DATA).", envvar="CLAVILUX_DATA")
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The gateway's port; a free one is used where it is taken.")]

_DEMO_PROMPT = (
    "A neon city at night in the rain, a lone figure in a long coat walks between glowing towers, "
    "then mountains at dawn and an endless ocean under a violet sky."
)


@app.command()
def up(data: DataFolder = None, port: Port = 8000) -> None:
    """Starts everything on this machine and stays until Ctrl-C."""
    _run(stay_up(find_home(data), port=port, console=_console))


@app.command("render")
def render_song(
    song: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="MP3, WAV or FLAC, at most 10 MB.")],
    prompt: Annotated[str, typer.Option(help="What you imagine, in 50 to 500 characters.")],
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="The MP4 to write.")],
    aspect_ratio: Annotated[str, typer.Option(help="16:9, 9:16 or 1:1.")] = "16:9",
    style: Annotated[str, typer.Option(help="Name of a style preset.")] = "",
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same video.")] = None,
    data: DataFolder = None,
    port: Port = 8000,
) -> None:
    """Makes the video of a song. Uses a machine that is up on the data folder, else starts one for this song."""
    options = {"aspect_ratio": aspect_ratio} | ({"style": style} if style else {})
    options |= {"seed": str(seed)} if seed is not None else {}
    _run(_render(find_home(data), Order(song, prompt, output, options), port=port))


@app.command()
def demo(
    song: Annotated[Path, typer.Argument(exists=True, dir_okay=False)] = Path("samples/electronic.mp3"),
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False)] = Path("out/demo.mp4"),
    data: DataFolder = None,
    port: Port = 8000,
) -> None:
    """Makes the video of a bundled song."""
    _run(_render(find_home(data), Order(song, _DEMO_PROMPT, output), port=port))


@app.command()
def doctor(data: DataFolder = None) -> None:
    """Says what this machine lacks and how to mend it."""
    lacks = False
    for finding in examine(find_home(data)):
        lacks |= finding.is_needed and not finding.is_well
        mark, style = ("✓", "green") if finding.is_well else ("✗", "red") if finding.is_needed else ("!", "yellow")
        _console.print(Text.assemble((mark, style), f" {finding.subject}: {finding.detail}"))
        if not finding.is_well:
            _console.print(f"  {finding.remedy}")
    raise typer.Exit(1 if lacks else 0)


async def _render(home: Home, order: Order, *, port: int) -> None:
    require_writable(order.output)
    async with running_machine(home, port=port, console=_console) as machine:
        await run_until(render(order, url=machine.url, token=home.secret("token"), console=_console), machine.watch())


def _run(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except (AlreadyRunning, MachineFailed, Refused, RenderFailed, StartFailed) as error:
        _errors.print(Text.assemble((type(error).__name__, "red"), f": {error}"))
        raise typer.Exit(1) from None
    except httpx.HTTPError as error:
        _errors.print(f"The gateway does not answer ({type(error).__name__}); its log is in the data folder.")
        raise typer.Exit(1) from None
    except OSError as error:
        _errors.print(f"{error.strerror}: {error.filename}" if error.filename else str(error))
        raise typer.Exit(1) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        _errors.print("stopped")
        raise typer.Exit(128 + signal.SIGINT) from None


if __name__ == "__main__":
    app()
