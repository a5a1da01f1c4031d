"""Onsets: what several detectors found, each moved to where the sound truly begins, duplicates taken as one."""

from __future__ import annotations

from clavilux_audio.domain.evidence import Curve, Floats
from clavilux_audio.domain.song import Onset

SAME_EVENT_S = 0.05
"""Two detections closer than this are one event."""
EARLIEST_S, LATEST_S = -0.06, 0.025
"""Where the attack lies, seen from a detection: detectors are late more often than early."""
FAINTEST = 0.08


def merged(guesses_s: Floats, attack: Curve) -> tuple[Onset, ...]:
    """Return the onsets behind the detectors' guesses, in order of time and at least `SAME_EVENT_S` apart."""
    found = [attack.peak(float(guess) + EARLIEST_S, float(guess) + LATEST_S) for guess in guesses_s]
    kept: list[tuple[float, float]] = []
    for time_s, strength in sorted(found):
        if strength < FAINTEST:
            continue
        if not kept or time_s - kept[-1][0] >= SAME_EVENT_S:
            kept.append((time_s, strength))
        elif strength > kept[-1][1]:
            kept[-1] = (time_s, strength)
    return tuple(Onset(max(0.0, time_s), min(1.0, strength)) for time_s, strength in kept)
