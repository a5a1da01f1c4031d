"""What a painter hands over: layers with depth, where the light is, where the subject is."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from clavilux_stage.noise import F32, U8

OVERSCAN = 1.25
SMALLEST_PX, LARGEST_PX = 64, 4096

# sky fills the canvas; clouds drift; water ripples; crowd jumps; glow is light whose alpha is its phase;
# glow_water is such light on water; the others are laid over as they are.
ROLES = ("sky", "clouds", "far", "mid", "near", "ground", "water", "crowd", "figure", "glow", "glow_water")
LIGHT_ROLES = ("glow", "glow_water")


@dataclass(frozen=True)
class Layer:
    """Premultiplied pixels (rows, columns, RGBA) at (x, y) of the canvas, `scale` pixels to a canvas pixel.

    `depth` is 0 far to 1 near at the layer's top; `depth_bottom` at its bottom (a floor leans toward the camera).
    """

    role: str
    depth: float
    pixels: U8
    x: int = 0
    y: int = 0
    scale: float = 1.0
    depth_bottom: float | None = None


@dataclass(frozen=True)
class Lamp:
    """A beam of light: source and colour, its resting angle (radians from straight down) and half spread."""

    x: float
    y: float
    angle: float
    spread: float
    colour: tuple[float, float, float]


@dataclass(frozen=True)
class Stand:
    """Where somebody may stand: `feet` (fractions of the frame), how `tall` they are there (canvas pixels), how near.

    The figure goes behind the last `in_front` layers. `rim` and `fill` are the colours (0 to 1) that edge it, `shadow`
    that of its body.
    """

    feet: tuple[float, float]
    tall: float
    depth: float
    in_front: int
    rim: tuple[float, float, float]
    fill: tuple[float, float, float]
    shadow: tuple[float, float, float]


@dataclass(frozen=True)
class LayeredScene:
    """A painted place. Positions (`light`, `subject`, lamps) are fractions of the visible frame, 0 to 1.

    `shine` (0 to 1) is how strongly the light bursts into rays; `palette` is five "#rrggbb" from shadow to light.
    `stand` is None where nobody fits.
    """

    width: int
    height: int
    kind: str
    layers: tuple[Layer, ...]
    palette: tuple[str, ...]
    light: tuple[float, float] = (0.5, 0.4)
    light_colour: tuple[float, float, float] = (1.0, 0.95, 0.85)
    shine: float = 0.5
    subject: tuple[float, float] = (0.5, 0.6)
    weather: str = "clear"
    lamps: tuple[Lamp, ...] = ()
    stand: Stand | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height of the overscanned canvas, in pixels."""
        return canvas_of(self.width, self.height)

    def flat(self) -> U8:
        """The scene as one picture (height, width, RGB), still and without weather."""
        from clavilux_stage.compose import still  # noqa: PLC0415  # composing needs this module

        return still(self)

    def to_bytes(self) -> bytes:
        """The scene in one container; see `clavilux_stage.container`."""
        from clavilux_stage.container import pack  # noqa: PLC0415  # packing needs this module

        return pack(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "LayeredScene":
        """The scene of `to_bytes`. Raises ValueError for anything else."""
        from clavilux_stage.container import unpack  # noqa: PLC0415  # packing needs this module

        return unpack(data)


def canvas_of(width: int, height: int) -> tuple[int, int]:
    """The even size of the canvas that a frame is seen through."""
    return 2 * round(width * OVERSCAN / 2), 2 * round(height * OVERSCAN / 2)


def unit_of(width: int, height: int) -> float:
    """A length in pixels that is right in every aspect ratio: 576 for 1024x576."""
    return float((width * height) ** 0.5) * 0.75


def check_size(width: int, height: int) -> None:
    """Raises ValueError for sizes that nobody paints."""
    if not (SMALLEST_PX <= width <= LARGEST_PX and SMALLEST_PX <= height <= LARGEST_PX):
        raise ValueError(f"a picture is {SMALLEST_PX} to {LARGEST_PX} pixels each way, not {width}x{height}")


def from_flat(image: U8, *, width: int, height: int) -> LayeredScene:
    """Any flat picture (rows, columns, RGB) as a scene whose floor is nearer than its top.

    The picture covers the frame (centred, cropped to its ratio); what the camera may see beyond is mirrored.
    Raises ValueError for sizes that nobody paints and for what is no RGB picture.
    """
    check_size(width, height)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise ValueError(f"a flat picture is (rows, columns, 3) of uint8, not {image.shape} of {image.dtype}")
    if min(image.shape[:2]) < 8:
        # OpenCV mirrors the edges of a picture one pixel wide for ever.
        size = (max(image.shape[1], 8), max(image.shape[0], 8))
        image = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST)
    columns, rows = canvas_of(width, height)
    cover = max(width * 1.12 / image.shape[1], height * 1.12 / image.shape[0])
    matrix = np.array(
        [
            [1 / cover, 0, image.shape[1] / 2 - columns / 2 / cover],
            [0, 1 / cover, image.shape[0] / 2 - rows / 2 / cover],
        ]
    )
    while cover < 0.5:
        image = cv2.resize(
            image, (max(image.shape[1] // 2, 1), max(image.shape[0] // 2, 1)), interpolation=cv2.INTER_AREA
        )
        cover *= 2
        matrix /= 2
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    full: U8 = cv2.warpAffine(
        np.ascontiguousarray(image), matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REFLECT_101
    )
    light, colours = _brightest(full), _five_colours(full)
    plate = Layer("sky", 0.15, cv2.cvtColor(full, cv2.COLOR_RGB2RGBA), depth_bottom=0.75)
    return LayeredScene(width, height, "flat", (plate,), colours, light=light, shine=0.35, subject=(0.5, 0.5))


def _brightest(image: U8) -> tuple[float, float]:
    luma = cv2.GaussianBlur(cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (64, 36)), (0, 0), 2)
    y, x = np.unravel_index(int(np.argmax(luma)), luma.shape)
    u, v = (float(x) / 63 - 0.5) * OVERSCAN + 0.5, (float(y) / 35 - 0.5) * OVERSCAN + 0.5
    return min(max(u, 0.0), 1.0), min(max(v, 0.0), 1.0)


def _five_colours(image: U8) -> tuple[str, ...]:
    """Mean colours of five equal parts of the picture's pixels, from the darkest to the brightest."""
    small: F32 = cv2.resize(image, (48, 27), interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.float32)
    order = np.argsort(small @ np.array([0.299, 0.587, 0.114], np.float32))
    means = [small[part].mean(axis=0) for part in np.array_split(order, 5)]
    return tuple("#{:02x}{:02x}{:02x}".format(*(int(c) for c in mean)) for mean in means)
