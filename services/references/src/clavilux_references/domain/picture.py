"""A picture as it is asked for and as it was made."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from clavilux_kit.errors import ValidationFailed
from clavilux_stage import SceneSpec

from clavilux_references.domain.money import Cost, Degradation

SMALLEST_PX, LARGEST_PX = 64, 2160
LARGEST_PNG_PX = 8192


@dataclass(frozen=True)
class PictureRequest:
    """What is asked for: `scene` is a place without people, or a character's plate with a figure in it."""

    request_id: str
    job_id: str
    item: str
    scene: SceneSpec
    is_character: bool
    prompt: str
    negative_prompt: str
    width_px: int
    height_px: int
    seed: int
    output_prefix: str
    max_cost_micros: int = 0

    def __post_init__(self) -> None:
        """Refuse what no picture can be made of.

        Raises:
            ValidationFailed: with the offending fields.
        """
        is_sized = all(SMALLEST_PX <= pixels <= LARGEST_PX for pixels in (self.width_px, self.height_px))
        wrong = {
            name: reason
            for name, is_right, reason in (
                ("request_id", bool(self.request_id), "is missing"),
                ("output_prefix", bool(self.output_prefix), "is missing"),
                ("size", is_sized, f"width and height must be from {SMALLEST_PX} to {LARGEST_PX} pixels"),
                ("max_cost_micros", self.max_cost_micros >= 0, "must not be negative"),
            )
            if not is_right
        }
        if not wrong and self.is_character and self.width_px != self.height_px:
            wrong["size"] = "a character's picture is square"
        if wrong:
            raise ValidationFailed("The picture cannot be made as asked.", fields=wrong)

    @property
    def image_key(self) -> str:
        """Object key of the flat PNG."""
        return f"{self.output_prefix}.png"

    @property
    def layers_key(self) -> str:
        """Object key of the painter's layers."""
        return f"{self.output_prefix}.layers"


@dataclass(frozen=True)
class Painting:
    """A picture as bytes. `layers` is empty where the model gives only a flat one."""

    png: bytes
    layers: bytes
    provider: str
    model: str
    attempts: int = 1
    costs: tuple[Cost, ...] = ()
    degradations: tuple[Degradation, ...] = ()

    @property
    def spent_micros(self) -> int:
        """The sum of its costs."""
        return sum(cost.cost_micros for cost in self.costs)


@dataclass(frozen=True)
class Picture:
    """A picture in the store; `layers_key` is empty where there are none."""

    image_key: str
    layers_key: str
    painting: Painting


def check_png(data: bytes) -> None:
    """Look at a file before it is decoded. Raises ValueError where it is no PNG of a sensible size."""
    if len(data) < 33 or not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
        raise ValueError("it is no PNG")
    width, height = struct.unpack(">II", data[16:24])
    if not (0 < width <= LARGEST_PNG_PX and 0 < height <= LARGEST_PNG_PX):
        raise ValueError(f"it has {width}x{height} pixels")
