"""Which frame and which seconds show a video best."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clavilux_composer.domain.picture import FrameLooks

_MARGIN_FRAMES = 3
# Grey level of a well-lit frame, and how far from it a frame is half as good.
_GOOD_BRIGHTNESS = 110.0
_BRIGHTNESS_SPREAD = 60.0


def poster_frame(looks: FrameLooks, transitions: Iterable[tuple[int, int]], cuts: Iterable[int]) -> int:
    """The sharp and well-lit frame that is not within a transition and not next to a cut."""
    light = np.exp2(-(((looks.brightness - _GOOD_BRIGHTNESS) / _BRIGHTNESS_SPREAD) ** 2))
    score = (looks.sharpness + 0.1) * light
    stretches = [*transitions, *((cut, cut) for cut in cuts)]
    for start, end in stretches:
        score[max(0, start - _MARGIN_FRAMES) : end + _MARGIN_FRAMES] *= 0.01
    return int(score.argmax()) if score.size else 0


def preview_start(looks: FrameLooks, frames: int) -> int:
    """First frame of the liveliest `frames` frames; 0 for a video that is no longer."""
    if looks.frame_count <= frames:
        return 0
    # One cut must not outweigh seconds of motion.
    sums = np.cumsum(np.concatenate([[0.0], np.minimum(looks.motion, 12.0)]))
    return int((sums[frames:] - sums[:-frames]).argmax())
