"""Clips that carry their own index and frame number, songs, and a composer on a real store with the real ffmpeg."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from clavilux_composer.domain.composition import Composed, Labels, Order, VideoFormat
from clavilux_composer.domain.timeline import CUT, Join, Slot, Timeline
from clavilux_composer.service import CompositionService
from clavilux_composer.settings import Settings
from clavilux_composer.wiring import open_tools
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import ObjectStore, open_store
from numpy.typing import NDArray

RATE = Fraction(30)
WIDTH, HEIGHT = 320, 180
_BITS = 16
_FRAME_BITS = 10


class Pattern:
    """A picture whose lower fifth says, in sixteen black or white blocks, which frame of which clip it is.

    The number is in Gray code, so that one block changes from frame to frame.
    """

    @staticmethod
    def draw(clip: int, frame: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
        lots = np.random.default_rng(clip)
        waves = [(lots.uniform(-40, 40), lots.uniform(-40, 40), lots.uniform(0, 6)) for _ in range(6)]
        y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
        texture = sum(np.sin(a * x + b * y + phase + frame * 0.01) for a, b, phase in waves)
        picture = np.clip(128 + 28 * np.asarray(texture), 0, 255)
        code = clip << _FRAME_BITS | frame ^ frame >> 1
        bits = [code >> bit & 1 for bit in range(_BITS)]
        strip = np.repeat(np.array(bits) * 235 + 10, width // _BITS)
        picture[height - height // 5 :, : strip.size] = strip
        return np.asarray(picture, np.uint8)

    @staticmethod
    def levels(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Mean grey level of the middle of each block."""
        height, width = picture.shape
        block, strip = width // _BITS, height // 5
        middle = picture[height - strip * 3 // 4 : height - strip // 4]
        columns = [middle[:, i * block + block // 4 : (i + 1) * block - block // 4] for i in range(_BITS)]
        return np.array([column.mean() for column in columns])

    @classmethod
    def read(cls, picture: NDArray[np.uint8]) -> tuple[int, int]:
        """Clip and frame number."""
        code = sum(1 << bit for bit, level in enumerate(cls.levels(picture)) if level > 128)
        frame = code & ((1 << _FRAME_BITS) - 1)
        for shift in (8, 4, 2, 1):
            frame ^= frame >> shift
        return code >> _FRAME_BITS, frame


def write_clip(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    *,
    rate: Fraction = RATE,
    ticks: Sequence[int] | None = None,
    with_sound: bool = False,
) -> None:
    """Writes an MP4; `ticks` are the times of the pictures in 1/rate seconds, one after another if not given."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "8", "preset": "veryfast"})
        stream.height, stream.width = pictures[0].shape
        stream.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=48000) if with_sound else None
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = (ticks[index] if ticks else index), 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            count = int(48000 * len(pictures) / rate) + 9000
            noise = np.random.default_rng(1).normal(0, 0.1, (1, count)).astype(np.float32)
            audio = av.AudioFrame.from_ndarray(noise, format="fltp", layout="mono")
            audio.sample_rate = 48000
            container.mux(sound.encode(audio))
            container.mux(sound.encode(None))


def read_video(path: Path) -> list[NDArray[np.uint8]]:
    """Every frame, grey."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray").astype(np.uint8) for frame in container.decode(video=0)]


def write_song(path: Path, seconds: float, *, rate_hz: int = 44100, channels: int = 2) -> None:
    """Clicks every half second over noise, as WAV."""
    count = round(seconds * rate_hz)
    time_s = np.arange(count) / rate_hz
    lots = np.random.default_rng(5)
    click = np.exp(-((time_s % 0.5) * 40)) * np.sin(2 * np.pi * 880 * time_s)
    sound = np.clip(0.5 * click + lots.normal(0, 0.02, count), -1, 1)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(np.repeat((sound * 32767).astype("<i2"), channels).tobytes())


@dataclass
class Told:
    """A bus that remembers what was told."""

    texts: list[str] = field(default_factory=list)

    async def message(self, job_id: str, *, stage: str, text: str, fraction: float | None = None) -> None:
        self.texts.append(text)


@dataclass
class Studio:
    """A composer, its store and its folder."""

    folder: Path
    store: ObjectStore
    service: CompositionService
    calls: InFlight[Composed]
    told: Told
    slots: list[Slot] = field(default_factory=list)

    async def add(
        self, pictures: Sequence[NDArray[np.uint8]], frames: int, begin: Join = CUT, lead: int = 0, **how: object
    ) -> None:
        """Stores a clip of these pictures and gives it the next slot."""
        path = self.folder / "clip.mp4"
        await asyncio.to_thread(write_clip, path, pictures, **how)  # type: ignore[arg-type]
        key = f"clips/{len(self.slots)}.mp4"
        await self.store.put_file(key, path)
        self.add_slot(frames, begin=begin, clip_key=key, lead_frames=lead)

    async def add_pattern(self, frames: int, begin: Join = CUT, lead: int = 0, tail: int = 0) -> None:
        """Stores the next pattern clip, exactly as long as its slot and handles, and gives it the next slot."""
        index = len(self.slots)
        pictures = [Pattern.draw(index, frame) for frame in range(lead + frames + tail)]
        await self.add(pictures, frames, begin, lead)

    def add_slot(self, frames: int, **what: object) -> None:
        """Gives the next slot to what is stored already, or to nothing."""
        start = self.slots[-1].end if self.slots else 0
        self.slots.append(Slot(index=len(self.slots), start=start, frames=frames, **what))  # type: ignore[arg-type]

    def order(self, *, end: Join = CUT, **what: object) -> Order:
        """Everything that was added, over the song "song"."""
        total = self.slots[-1].end
        fields: dict[str, object] = {
            "request_id": "request",
            "job_id": "job",
            "song_key": "song",
            "song_s": total / 30,
            "timeline": Timeline(tuple(self.slots), total, end),
            "video_format": VideoFormat(WIDTH, HEIGHT, RATE),
            "beat_times_s": (),
            "cues": (),
            "labels": Labels(),
            "output_prefix": "out/final",
        } | what
        return Order(**fields)  # type: ignore[arg-type]

    async def compose(self, **what: object) -> Composed:
        """Composes what was added, over a song of that length unless there is one."""
        if await self.store.stat("song") is None:
            write_song(self.folder / "song.wav", self.slots[-1].end / 30)
            await self.store.put_file("song", self.folder / "song.wav")
        return await self.service.compose(self.order(**what))  # type: ignore[arg-type]

    async def stop(self) -> None:
        """Stops the composer as its process does: what runs is interrupted and waited for."""
        await self.calls.__aexit__(None, None, None)

    async def video(self) -> Path:
        """The finished file."""
        path = self.folder / "finished.mp4"
        await self.store.get_file("out/final.mp4", path)
        return path

    def leftovers(self) -> list[Path]:
        """What compositions left on the disk."""
        return list((self.folder / "work").iterdir())


@asynccontextmanager
async def open_studio(folder: Path) -> AsyncIterator[Studio]:
    settings = Settings(
        store_url=f"file://{folder}/objects",
        work_dir=folder / "work",
        x264_preset="veryfast",
        x264_crf=12,
        shots_per_segment=4,
    )
    store, told = open_store(settings), Told()
    async with InFlight[Composed]() as calls:
        tools = open_tools(settings, store, told)
        yield Studio(folder, store, CompositionService(tools, calls, videos_at_once=1), calls, told)
