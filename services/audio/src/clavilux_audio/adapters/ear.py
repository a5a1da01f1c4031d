"""The ear in a process of its own: a song that breaks a decoder, or takes for ever, breaks nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from clavilux_kit.workers import Worker

from clavilux_audio.adapters.aubio_onsets import AubioOnsets
from clavilux_audio.adapters.decoding import RATE, decoded
from clavilux_audio.adapters.detectors import measured
from clavilux_audio.domain.evidence import Floats
from clavilux_audio.domain.listening import heard
from clavilux_audio.domain.song import Degradation, Heard
from clavilux_audio.ports import OnsetDetector
from clavilux_audio.settings import Settings

WARMING_S = 120.0


class WorkerEar:
    """Hears one song at a time in a worker process."""

    def __init__(self, worker: Worker, *, timeout_s: float, with_aubio: bool) -> None:
        self._worker = worker
        self._timeout_s = timeout_s
        self._with_aubio = with_aubio

    async def warm(self) -> None:
        """Load the libraries and compile their kernels, so that the first song is not slower than the others."""
        await self._worker.run(rehearse, self._with_aubio, timeout_s=WARMING_S)

    async def hear(self, path: Path) -> Heard:
        """Return what is heard in a file. Raises ValidationFailed and TimedOut."""
        return await self._worker.run(listen, path, self._with_aubio, timeout_s=self._timeout_s)


@asynccontextmanager
async def open_ear(settings: Settings) -> AsyncIterator[WorkerEar]:
    """Start a worker and give its ear once it is warm."""
    async with Worker(memory_bytes=settings.listening_memory_bytes) as worker:
        ear = WorkerEar(worker, timeout_s=settings.listening_timeout_s, with_aubio=settings.use_aubio)
        await ear.warm()
        yield ear


def listen(path: Path, with_aubio: bool) -> Heard:  # noqa: FBT001  # a worker's arguments are positional
    """Return what is heard in a file. Raises ValidationFailed where it is no song."""
    return hear_sound(decoded(path), with_aubio=with_aubio)


def hear_sound(song: Floats, *, with_aubio: bool) -> Heard:
    """Return what is heard in a mono song at `RATE`; without aubio, the answer says so."""
    second: OnsetDetector | None = None
    fallbacks: list[Degradation] = []
    if with_aubio:
        try:
            second = AubioOnsets()
        except ImportError:
            fallbacks.append(Degradation("aubio_missing", "aubio is not installed; librosa listened alone."))
    answer = heard(measured(song, second))
    return dataclasses.replace(answer, degradations=(*fallbacks, *answer.degradations))


def rehearse(with_aubio: bool) -> None:  # noqa: FBT001  # likewise
    """Hear eight seconds of clicks."""
    clicks = np.zeros(8 * RATE, np.float32)
    for start in range(0, len(clicks), RATE // 2):
        clicks[start : start + 200] = np.linspace(0.8, 0.0, 200)
    hear_sound(clicks, with_aubio=with_aubio)
