"""Sections: where a song's sound changes for long, which parts sound alike, and what part each plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clavilux_audio.domain.downbeats import beat_means
from clavilux_audio.domain.evidence import Evidence, Floats
from clavilux_audio.domain.song import Beat, EnergyLevel, Section, SectionKind

SHORTEST_S = 3.5
SECTIONS_BY_ROOT_S = 0.8
"""Usual number of sections by the square root of the length: longer songs have more of them, and longer ones."""
ALIKE = 0.62
"""Sections whose distance is less than this part of the usual one are the same."""
QUIETEST_DB = -30.0
"""What is quieter than this, below the loudest, differs no more: else a fading end would make all the rest alike."""
MOST_CHORUS = 0.6
"""What fills more of a song than this is no chorus."""


@dataclass(frozen=True)
class Part:
    """A stretch of a song before it has a role: its label, its mean loudness in dB, and its place."""

    start_s: float
    end_s: float
    label: str
    loudness_db: float


def sections(evidence: Evidence, beats: Sequence[Beat]) -> tuple[Section, ...]:
    """Return the sections of a song, in order, without gap or overlap, from 0 to its end."""
    edges = _units(evidence, beats)
    features = _features(evidence, edges)
    starts = _cut(edges, features)
    means = np.stack([features[:, a:b].mean(axis=1) for a, b in pairwise(starts)], axis=1)
    labels = _labels(means)
    loudness = beat_means(evidence.features.loudness_db[None, :], edges[starts], evidence.features.rate_hz)[0]
    parts = [
        Part(float(edges[a]), float(edges[b]), label, float(level))
        for a, b, label, level in zip(starts[:-1], starts[1:], labels, loudness, strict=True)
    ]
    return tuple(
        Section(part.start_s, part.end_s, kind, level, part.label)
        for part, kind, level in zip(parts, _roles(parts), _levels(parts), strict=True)
    )


def _units(evidence: Evidence, beats: Sequence[Beat]) -> Floats:
    """Return the edges of the smallest pieces that can be a section's: bars, or two seconds where there are none."""
    inner = [beat.time_s for beat in beats if beat.position_in_bar == 1]
    if len(inner) < 4:
        inner = list(np.arange(2.0, evidence.duration_s, 2.0))
    inner = [time_s for time_s in inner if 0.5 < time_s < evidence.duration_s - 0.5]
    return np.array([0.0, *inner, evidence.duration_s])


def _features(evidence: Evidence, edges: Floats) -> Floats:
    """Return timbre, loudness and harmony of each unit, weighted alike as groups; shape (k, units)."""
    rate_hz = evidence.features.rate_hz
    groups = (
        (beat_means(evidence.features.timbre[1:], edges, rate_hz), 1.0),
        (beat_means(_audible_db(evidence.features.loudness_db), edges, rate_hz), 1.0),
        (beat_means(evidence.features.chroma, edges, rate_hz), 0.5),
    )
    scaled = []
    for group, weight in groups:
        centred = group - group.mean(axis=1, keepdims=True)
        spread = float(np.sqrt(np.mean(np.sum(centred**2, axis=0))))
        scaled.append(weight * centred / (spread if spread > 1e-6 else 1.0))
    return np.concatenate(scaled)


def _audible_db(loudness_db: Floats) -> Floats:
    audible: Floats = np.maximum(loudness_db, np.max(loudness_db) + QUIETEST_DB)[None, :]
    return audible


def _cut(edges: Floats, features: Floats) -> list[int]:
    """Return the units at which sections start, and the end: neighbours are joined where it costs least (Ward).

    Joined are those that are too short first, then the most alike, until as many are left as a song of this length
    usually has.
    """
    starts = list(range(len(edges)))
    wanted = max(1, round(SECTIONS_BY_ROOT_S * float(edges[-1]) ** 0.5))
    while len(starts) > 2:
        lengths = np.diff(edges[starts])
        short = lengths < SHORTEST_S
        if len(starts) - 1 <= wanted and not short.any():
            break
        counts = np.diff(starts)
        sums = np.add.reduceat(features, starts[:-1], axis=1)
        means = sums / counts
        distance = np.sum((means[:, 1:] - means[:, :-1]) ** 2, axis=0)
        cost = distance * counts[1:] * counts[:-1] / (counts[1:] + counts[:-1])
        if len(starts) - 1 <= wanted:
            cost = np.where(short[1:] | short[:-1], cost, np.inf)
        del starts[int(np.argmin(cost)) + 1]
    return starts


def _labels(means: Floats) -> list[str]:
    """Return a letter for each section, the same for those that sound alike."""
    count = means.shape[1]
    distances = np.linalg.norm(means[:, :, None] - means[:, None, :], axis=0)
    usual = float(np.median(distances[np.triu_indices(count, 1)])) if count > 1 else 1.0
    groups: list[list[int]] = []
    for i in range(count):
        # To the mean of a group and not to its nearest member: else the groups would grow into chains.
        from_groups = [float(np.mean(distances[i, group])) for group in groups]
        nearest = int(np.argmin(from_groups)) if groups else -1
        if groups and from_groups[nearest] < ALIKE * usual:
            groups[nearest].append(i)
        else:
            groups.append([i])
    return [chr(ord("A") + next(g for g, group in enumerate(groups) if i in group)) for i in range(count)]


def _roles(parts: Sequence[Part]) -> list[SectionKind]:
    """Return what part each section plays: the loudest kind that comes back is the chorus, quiet ends are the frame."""
    if len(parts) == 1:
        return [SectionKind.VERSE]
    chorus = _chorus_label(parts)
    seen: set[str] = set()
    roles = []
    for i, part in enumerate(parts):
        later = {other.label for other in parts[i + 1 :]}
        if part.label == chorus:
            role = SectionKind.CHORUS
        elif i == 0:
            role = SectionKind.INTRO
        elif i == len(parts) - 1:
            role = SectionKind.OUTRO
        elif i > len(parts) / 2 and part.label not in seen | later:
            role = SectionKind.BRIDGE
        else:
            role = SectionKind.VERSE
        seen.add(part.label)
        roles.append(role)
    return roles


def _chorus_label(parts: Sequence[Part]) -> str | None:
    """Return the label of the loudest sections, the better if they come back; None where all sounds alike."""
    whole_s = parts[-1].end_s
    labels = sorted({part.label for part in parts})
    shares = {label: sum(p.end_s - p.start_s for p in parts if p.label == label) / whole_s for label in labels}

    def rank(label: str) -> float:
        own = [part for part in parts if part.label == label]
        length = sum(part.end_s - part.start_s for part in own)
        loudness = sum(part.loudness_db * (part.end_s - part.start_s) for part in own) / length
        return loudness + min(len(own) - 1, 2)

    return max((label for label in shares if shares[label] <= MOST_CHORUS), key=rank, default=None)


def _levels(parts: Sequence[Part]) -> list[EnergyLevel]:
    """Return how much goes on in each section, against the others of the same song."""
    loudness = np.array([part.loudness_db for part in parts])
    top, spread = float(loudness.max()), float(np.ptp(loudness))
    levels = []
    for level in loudness:
        below = top - float(level)
        if below <= max(1.0, 0.25 * spread):
            levels.append(EnergyLevel.HIGH)
        else:
            levels.append(EnergyLevel.LOW if below > max(4.0, 0.6 * spread) else EnergyLevel.MEDIUM)
    return levels
