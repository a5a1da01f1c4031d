"""One song through a running machine: upload, follow, download, summarise."""

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from clavilux_cli.client import Client, open_client
from clavilux_cli.display import open_display
from clavilux_cli.progress import JobProgress
from clavilux_cli.summary import summarise


class RenderFailed(Exception):
    """The job did not end in a video. The message says why, in the gateway's words."""


@dataclass(frozen=True)
class Order:
    """What is asked for."""

    song: Path
    prompt: str
    output: Path
    options: dict[str, str] = field(default_factory=dict)


def require_writable(output: Path) -> None:
    """Raises OSError where no file can be written: better now than when the video is made."""
    output.parent.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=output.parent).close()


async def render(order: Order, *, url: str, token: str, console: Console) -> None:
    """Makes the video of one song and prints where it is.

    Raises:
        Refused: The gateway refused the upload.
        RenderFailed: The job failed or was cancelled.
    """
    began = time.monotonic()
    async with open_client(url, token) as http:
        client = Client(http)
        accepted = await client.upload(order.song, order.prompt, order.options)
        job_id = str(accepted["job_id"])
        console.print(f"job {job_id}, about {accepted['estimated_time']} s")
        try:
            await _follow(client, job_id, console)
        except BaseException:
            # Whoever ordered has gone (Ctrl-C): nothing more is to be made or bought for them.
            await client.cancel(job_id)
            raise
        job = await client.job(job_id)
        if job["status"] != "completed":
            error = job.get("error") or {}
            raise RenderFailed(f"{error.get('code', job['status'])}: {error.get('message', 'The job ended early.')}")
        await client.download(job_id, order.output)
    summary = summarise(job, file=order.output, elapsed_s=time.monotonic() - began)
    console.print(summary)


async def _follow(client: Client, job_id: str, console: Console) -> None:
    progress = JobProgress()
    display = open_display(console)
    display.start()
    try:
        async for event in client.events(job_id):
            progress.take(event)
            display.show(progress)
    finally:
        display.stop()
