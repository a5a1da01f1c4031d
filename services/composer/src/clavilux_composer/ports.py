"""What the composer needs from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from clavilux_composer.domain.composition import Labels, Streams, VideoFormat
from clavilux_composer.domain.picture import FrameLooks
from clavilux_composer.domain.shots import Edit
from clavilux_composer.domain.sound import Sound

Progress = Callable[[float], Awaitable[None]]


class StoredObject(Protocol):
    """What is known of an object without reading it."""

    @property
    def size_bytes(self) -> int:
        """Its size."""


class Files(Protocol):
    """Where songs and clips come from and videos go, by key."""

    async def stat(self, key: str) -> StoredObject | None:
        """Returns what is known of the object, or nothing where there is none."""

    async def get_file(self, key: str, path: Path) -> None:
        """Writes the object to `path`. Raises NotFound."""

    async def put_file(self, key: str, path: Path) -> bool:
        """Stores the file unless the key exists."""

    async def put(self, key: str, data: bytes) -> bool:
        """Stores the bytes unless the key exists."""


class Workspace(Protocol):
    """Room on the disk for one composition."""

    def open(self, needed_bytes: int) -> AbstractContextManager[Path]:
        """An empty folder that is gone afterwards. Raises CompositionFailed where there is too little room."""


class Prober(Protocol):
    """Reads what containers say."""

    async def clip_frames(self, clip: Path, frame_rate: Fraction) -> int:
        """Frames that the clip has at `frame_rate`. Raises CompositionFailed for what is no video."""

    async def streams(self, video: Path) -> Streams:
        """Starts and lengths of the finished file's streams."""


@dataclass(frozen=True)
class Material:
    """Files of one composition: the song decoded, clips and stills by slot index."""

    song: Path
    clips: dict[int, Path]
    stills: dict[int, Path]


class Editor(Protocol):
    """Makes pictures and sound. All raise CompositionFailed with the tool's own last words, and TimedOut."""

    async def decode_song(self, song: Path, decoded: Path) -> None:
        """Decodes a song once, for mixing and for measuring against."""

    async def render(
        self,
        edit: Edit,
        material: Material,
        video_format: VideoFormat,
        labels: Labels,
        song_s: float,
        video: Path,
        progress: Progress,
    ) -> None:
        """Renders the whole video with its sound; progress goes from 0 to 1."""

    async def poster(self, video: Path, at_s: float, poster: Path) -> None:
        """Takes one frame as JPEG."""

    async def preview(self, video: Path, at_s: float, length_s: float, preview: Path) -> None:
        """Takes some seconds as a small video without sound."""


class Meter(Protocol):
    """Reads finished files back."""

    async def looks(self, video: Path, video_format: VideoFormat) -> FrameLooks:
        """Looks at every frame of the video."""

    async def sound(self, media: Path) -> Sound:
        """Listens to the first audio stream."""


class ProgressSink(Protocol):
    """Tells people how far it is. Never raises."""

    async def composing(self, job_id: str, fraction: float) -> None:
        """The picture is being made; fraction from 0 to 1."""

    async def measuring(self, job_id: str) -> None:
        """The finished file is being measured."""
