"""A slow piece in D: pads, a mallet on each beat, plucked strings, a heartbeat of a drum far away."""

from __future__ import annotations

import numpy as np
import synth
from desk import Bus, echoed, mastered, reverberated
from form import Bar, Form, Song

BPM = 84.0
PARTS = (("intro", 2), ("verse", 4), ("chorus", 4), ("outro", 2))
HARMONY = (  # bass, pad, and the mallets' note on each beat
    (38, (57, 62, 66, 69), (74, 78, 81, 78)),
    (35, (54, 59, 62, 69), (74, 71, 78, 73)),
    (43, (55, 59, 62, 66), (71, 74, 78, 74)),
    (45, (57, 61, 64, 71), (73, 76, 81, 76)),
)


def play(length_s: float) -> Song:
    """Play the piece in a given length."""
    form = Form.fitted(BPM, length_s, PARTS)
    noise = np.random.default_rng(84)
    drums, low, pads, keys = (Bus(length_s) for _ in range(4))
    for count, bar in enumerate(form.bars()):
        root, chord, tune = HARMONY[count % len(HARMONY)]
        swell = synth.shape(synth.frames(3.9 * bar.beat_s), attack_s=0.08, release_s=0.4)
        low.add(synth.sine(root - 12, len(swell)) * swell, bar.start_s, gain=0.22)
        low.add(synth.pluck(root, 2.5 * bar.beat_s, brightness=0.6), bar.start_s, gain=0.45)
        _pads(pads, bar, chord, noise)
        _keys(keys, bar, tune)
        _drums(drums, bar, noise)
    for i, note in enumerate((50, 57, 62, 66)):
        keys.add(synth.mallet(note, form.ring_s), form.end_s, gain=0.35, pan=(i - 1.5) / 3)
    low.add(synth.pluck(38, form.ring_s, brightness=0.6), form.end_s, gain=0.5)
    wet = reverberated(0.5 * pads.sound + 0.45 * keys.sound + 0.2 * drums.sound, noise, decay_s=3.5, predelay_s=0.03)
    wet += echoed(0.5 * keys.sound, every_s=form.beat_s * 1.5, feedback=0.3, times=3)
    mix = drums.sound + low.sound + pads.sound + keys.sound + wet
    return Song(form, mastered(mix, loudness_db=-18.0, fade_s=0.8))


def _pads(pads: Bus, bar: Bar, chord: tuple[int, ...], noise: np.random.Generator) -> None:
    full = bar.part == "chorus"
    for i, note in enumerate(chord):
        tone = synth.pad(note, 4.6 * bar.beat_s, noise, cutoff_hz=1500.0 if full else 800.0, attack_s=0.8)
        pads.add(tone, bar.start_s, gain=0.18 if full else 0.08, pan=(-0.8, -0.3, 0.3, 0.8)[i])


def _keys(keys: Bus, bar: Bar, tune: tuple[int, ...]) -> None:
    for i, gain in enumerate((0.5, 0.34, 0.42, 0.34)):
        keys.add(synth.mallet(tune[i] - 12, 2 * bar.beat_s), bar.at(i), gain=gain, pan=i / 4 - 0.4)
        if bar.part == "chorus":
            keys.add(synth.pluck(tune[3 - i], bar.beat_s), bar.at(i + 0.5), gain=0.12, pan=0.6)
    if bar.part == "chorus":
        keys.add(synth.mallet(tune[0] + 12, 3 * bar.beat_s), bar.start_s, gain=0.28, pan=0.3)


def _drums(drums: Bus, bar: Bar, noise: np.random.Generator) -> None:
    if bar.part in {"verse", "chorus"}:
        for when, gain in ((0.0, 0.5), (2.0, 0.38)):
            drums.add(synth.lowpass(synth.kick(punch=0.6), 400.0), bar.at(when), gain=gain)
    if bar.part != "intro":
        for i in range(4):
            drums.add(synth.hat(noise, open_s=0.03), bar.at(i), gain=0.14, pan=0.5)
