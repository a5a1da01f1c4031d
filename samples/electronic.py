"""A house track in A minor: four on the floor, ducked pads, a supersaw hook in the chorus."""

from __future__ import annotations

import numpy as np
import synth
from desk import Bus, echoed, mastered, reverberated
from form import Bar, Form, Song

BPM = 124.0
PARTS = (("intro", 3), ("verse", 5), ("bridge", 2), ("chorus", 6), ("outro", 2))
CHORDS = ((57, 60, 64, 67), (53, 57, 60, 65), (48, 55, 60, 64), (55, 59, 62, 67))
HOOK = ((0.0, 76), (0.75, 74), (1.5, 72), (2.0, 76), (2.75, 79), (3.5, 74))
BRIGHTNESS_HZ = {"intro": 700.0, "verse": 1100.0, "bridge": 1700.0, "chorus": 3200.0, "outro": 800.0}


def play(length_s: float) -> Song:
    """Play the track in a given length."""
    form = Form.fitted(BPM, length_s, PARTS)
    noise = np.random.default_rng(124)
    drums, low, chords, hook = (Bus(length_s) for _ in range(4))
    for count, bar in enumerate(form.bars()):
        chord = CHORDS[count % len(CHORDS)]
        if bar.part == "bridge":
            _build(drums, bar, noise)
        else:
            _groove(drums, bar, noise)
        _bass_line(low, bar, chord[0] - 24)
        _harmony(chords, bar, chord, noise)
        if bar.part == "chorus":
            for when, note in HOOK:
                hook.add(synth.lead(note, bar.beat_s * 0.7, noise), bar.at(when), gain=0.42)
    for i, note in enumerate((45, 57, 60, 64, 69)):
        chords.add(synth.pluck(note, form.ring_s), form.end_s, gain=0.4, pan=(i - 2) / 3)
    drums.add(synth.kick(), form.end_s)
    kicks = [bar.at(i) for bar in form.bars() if bar.part != "bridge" for i in range(4)]
    chords.duck(kicks, depth=0.7, recover_s=form.beat_s * 0.8)
    low.duck(kicks, depth=0.45, recover_s=form.beat_s * 0.5)
    wet = reverberated(chords.sound * 0.35 + hook.sound * 0.5, noise, decay_s=1.8)
    wet += echoed(hook.sound, every_s=form.beat_s * 0.75, feedback=0.38)
    mix = drums.sound + low.sound + chords.sound + hook.sound + wet
    return Song(form, mastered(mix, loudness_db=-13.0, fade_s=0.4))


def _groove(drums: Bus, bar: Bar, noise: np.random.Generator) -> None:
    full = bar.part in {"verse", "chorus"}
    for i in range(4):
        drums.add(synth.kick(), bar.at(i), gain=0.95 if full else 0.75)
        if bar.part != "intro":
            drums.add(synth.hat(noise, open_s=0.07), bar.at(i + 0.5), gain=0.45 if full else 0.3, pan=0.2)
        if full and i % 2:
            drums.add(synth.clap(noise), bar.at(i), gain=0.55)
    if full and bar.number == 0:
        drums.add(synth.crash(noise), bar.start_s, gain=0.5)


def _build(drums: Bus, bar: Bar, noise: np.random.Generator) -> None:
    hits = 8 if bar.is_last else 4
    for i in range(hits):
        drums.add(synth.snare(noise), bar.at(i * 4 / hits), gain=0.35 + 0.05 * i)
    drums.add(synth.riser(noise, 4 * bar.beat_s), bar.start_s, gain=0.7 if bar.is_last else 0.3)


def _bass_line(low: Bus, bar: Bar, root: int) -> None:
    for i in range(4):
        low.add(synth.bass(root, bar.beat_s * 0.4, cutoff_hz=500.0), bar.at(i), gain=0.5)
        if bar.part in {"verse", "chorus"}:
            for part_of_beat in (0.5, 0.75):
                low.add(synth.bass(root, bar.beat_s * 0.24), bar.at(i + part_of_beat), gain=0.5)


def _harmony(chords: Bus, bar: Bar, chord: tuple[int, ...], noise: np.random.Generator) -> None:
    for i, note in enumerate(chord):
        step = synth.pluck(note + 12, bar.beat_s * 0.9, brightness=1.3)
        chords.add(step, bar.at(i), gain=0.16 if bar.part == "chorus" else 0.22, pan=(-0.5, 0.5)[i % 2])
        tone = synth.pad(note, 4 * bar.beat_s, noise, cutoff_hz=BRIGHTNESS_HZ[bar.part], attack_s=0.05)
        chords.add(tone, bar.start_s, gain=0.24 if bar.part == "chorus" else 0.15, pan=(-0.7, -0.2, 0.2, 0.7)[i])
