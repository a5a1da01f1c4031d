"""A rock song in E minor: two overdriven guitars, bass in eighths, a backbeat with fills, a lead in the chorus."""

from __future__ import annotations

import numpy as np
import synth
from desk import Bus, Stereo, echoed, mastered, reverberated
from form import Bar, Form, Song

BPM = 138.0
PARTS = (("intro", 3), ("verse", 6), ("chorus", 6), ("bridge", 2), ("outro", 2))
ROOTS = {
    "intro": (40, 40, 43, 45),
    "verse": (40, 40, 48, 43),
    "chorus": (43, 50, 40, 48),
    "bridge": (45, 47),
    "outro": (43, 48),
}
TUNES = {  # over each root of the chorus: (beat, note, beats)
    43: ((0.0, 74, 1.5), (1.5, 71, 0.5), (2.0, 79, 1.0), (3.0, 78, 0.5), (3.5, 74, 0.5)),
    50: ((0.0, 78, 1.5), (1.5, 74, 0.5), (2.0, 81, 1.0), (3.0, 78, 0.5), (3.5, 76, 0.5)),
    40: ((0.0, 71, 1.5), (1.5, 67, 0.5), (2.0, 76, 1.0), (3.0, 74, 0.5), (3.5, 71, 0.5)),
    48: ((0.0, 76, 1.5), (1.5, 72, 0.5), (2.0, 79, 1.0), (3.0, 78, 0.5), (3.5, 76, 0.5)),
}


def play(length_s: float) -> Song:
    """Play the song in a given length."""
    form = Form.fitted(BPM, length_s, PARTS)
    noise = np.random.default_rng(138)
    drums, low, left, right, lead = (Bus(length_s) for _ in range(5))
    for bar in form.bars():
        root = ROOTS[bar.part][bar.number % len(ROOTS[bar.part])]
        _drums(drums, bar, noise)
        for i in range(8):
            low.add(synth.bass(root - 12, bar.beat_s * 0.48, cutoff_hz=900.0), bar.at(i / 2), gain=0.55)
        for guitar in (left, right):
            _riff(guitar, bar, root, noise)
        if bar.part == "chorus":
            for when, note, beats in TUNES[root]:
                lead.add(synth.saw(note, synth.frames(bar.beat_s * beats * 0.95)) * 0.5, bar.at(when), gain=0.5)
    for guitar in (left, right):
        guitar.add(synth.power_chord(40, form.ring_s, noise), form.end_s, gain=0.9)
    low.add(synth.bass(28, form.ring_s), form.end_s, gain=0.6)
    drums.add(synth.kick(punch=1.2), form.end_s)
    drums.add(synth.crash(noise), form.end_s, gain=0.7)
    amplified = _amplified(left, 5.0, (1.0, 0.25)) + _amplified(right, 6.5, (0.25, 1.0))
    voice = _amplified(lead, 9.0, (1.0, 1.0))
    room = reverberated(0.25 * drums.sound + 0.04 * voice, noise, decay_s=0.9, predelay_s=0.01)
    mix = drums.sound + low.sound + 0.42 * amplified + 0.34 * voice + room
    mix += echoed(0.05 * voice, every_s=form.beat_s, feedback=0.4, times=3)
    return Song(form, mastered(mix, loudness_db=-12.0, fade_s=0.3))


def _amplified(guitar: Bus, drive: float, sides: tuple[float, float]) -> Stereo:
    mono = synth.overdriven(guitar.sound.mean(axis=0) * np.sqrt(2.0), drive=drive)
    return np.stack([sides[0] * mono, sides[1] * mono])


def _riff(guitar: Bus, bar: Bar, root: int, noise: np.random.Generator) -> None:
    if bar.part in {"verse", "bridge"}:
        for i in range(8):
            chord = synth.power_chord(root, bar.beat_s * 0.47, noise, muted=i != 0)
            guitar.add(chord, bar.at(i / 2), gain=0.65)
    else:
        for when, beats in ((0.0, 1.5), (1.5, 0.5), (2.0, 1.0), (3.0, 1.0)):
            guitar.add(synth.power_chord(root, bar.beat_s * beats * 0.96, noise), bar.at(when), gain=0.7)


def _drums(drums: Bus, bar: Bar, noise: np.random.Generator) -> None:
    loud = bar.part in {"chorus", "outro"}
    for when in (0.0, 0.5, 2.0, 2.5) if loud else (0.0, 2.0, 2.5):
        drums.add(synth.kick(punch=1.2, length_s=0.25), bar.at(when), gain=0.95 if when % 2 == 0 else 0.7)
    for when in (1.0, 3.0):
        drums.add(synth.snare(noise), bar.at(when), gain=0.95)
    for i in range(8):
        hat = synth.hat(noise, open_s=0.11 if loud else 0.04)
        drums.add(hat, bar.at(i / 2), gain=0.34 if i % 2 == 0 else 0.2, pan=0.35)
    if bar.is_last and bar.part != "outro":
        for i, note in enumerate((50, 47, 43, 40)):
            drums.add(synth.tom(note), bar.at(3.0 + i / 4), gain=0.75, pan=(i - 1.5) / 2)
    if bar.number == 0:
        drums.add(synth.crash(noise), bar.start_s, gain=0.75, pan=-0.3)
