"""A small software synthesiser: instruments as functions that return mono float64 arrays at RATE.

Every sound starts at its first sample, so that a note placed at a time is heard from exactly that time on: the
filters are causal, and none of the attacks of drums, mallets and plucks is longer than 3 ms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.floating]

RATE = 44100


def frames(length_s: float) -> int:
    """Return the nearest number of samples to a length in seconds."""
    return round(length_s * RATE)


def hertz(note: float) -> float:
    """Return the frequency of a MIDI note (69 is the A of 440 Hz)."""
    return float(440.0 * 2.0 ** ((note - 69.0) / 12.0))


def lowpass(sound: Signal, cutoff_hz: float, *, q: float = 0.707) -> Signal:
    """Filter causally with a two-pole low-pass (12 dB an octave)."""
    return _filtered(sound, cutoff_hz, q, high=False)


def highpass(sound: Signal, cutoff_hz: float, *, q: float = 0.707) -> Signal:
    """Filter causally with a two-pole high-pass (12 dB an octave)."""
    return _filtered(sound, cutoff_hz, q, high=True)


def _filtered(sound: Signal, cutoff_hz: float, q: float, *, high: bool) -> Signal:
    # The analogue filter's response on a padded spectrum: causal but for aliasing in time, which the padding takes up.
    size = 1 << int(len(sound) + 4096 - 1).bit_length()
    s = 1j * np.fft.rfftfreq(size, 1.0 / RATE) / cutoff_hz
    response = (s * s if high else 1.0) / (1.0 + s / q + s * s)
    return np.fft.irfft(np.fft.rfft(sound, size) * response, size)[: len(sound)]


def shape(length: int, *, attack_s: float, release_s: float, decay_s: float = 0.0, sustain: float = 1.0) -> Signal:
    """Return an envelope of `length` samples that rises, decays exponentially to `sustain` and is let go at its end."""
    t = np.arange(length) / RATE
    level = sustain + (1.0 - sustain) * np.exp(-t / decay_s) if decay_s else np.ones(length)
    return level * np.minimum(1.0, t / attack_s) * np.minimum(1.0, (length / RATE - t) / release_s)


def saw(note: float, length: int, *, phase: float = 0.0) -> Signal:
    """Return a sawtooth from -1 to 1 whose jumps are smoothed (polyBLEP), so that it does not alias much."""
    step = hertz(note) / RATE
    position = (phase + step * np.arange(length)) % 1.0
    wave = 2.0 * position - 1.0
    after, before = position < step, position > 1.0 - step
    wave[after] -= 2.0 * position[after] / step - (position[after] / step) ** 2 - 1.0
    back = (position[before] - 1.0) / step
    wave[before] -= back * back + 2.0 * back + 1.0
    return wave


def sine(note: float, length: int) -> Signal:
    """Return a sine."""
    wave: Signal = np.sin(2.0 * np.pi * hertz(note) / RATE * np.arange(length))
    return wave


def supersaw(note: float, length: int, noise: np.random.Generator, *, voices: int = 5, spread: float = 0.16) -> Signal:
    """Return detuned sawtooths with phases drawn from `noise`; `spread` is in semitones."""
    detunes = np.linspace(-spread, spread, voices)
    sound: Signal = np.zeros(length)
    for detune in detunes:
        sound += saw(note + detune, length, phase=noise.random())
    sound /= np.sqrt(voices)
    return sound


def pad(note: float, length_s: float, noise: np.random.Generator, *, cutoff_hz: float, attack_s: float = 0.5) -> Signal:
    """Return a soft, wide chord tone that swells and fades."""
    length = frames(length_s)
    sound = lowpass(supersaw(note, length, noise, voices=4, spread=0.09), cutoff_hz)
    return sound * shape(length, attack_s=attack_s, release_s=min(0.6, length_s / 3))


def lead(note: float, length_s: float, noise: np.random.Generator) -> Signal:
    """Return a bright detuned lead tone with a quick attack."""
    length = frames(length_s)
    sound = lowpass(supersaw(note, length, noise, voices=6), 5200.0)
    return sound * shape(length, attack_s=0.003, decay_s=0.25, sustain=0.55, release_s=0.05)


def pluck(note: float, length_s: float, *, brightness: float = 1.0) -> Signal:
    """Return a plucked string: harmonics that die the faster the higher they are."""
    length = frames(length_s)
    t = np.arange(length) / RATE
    pitch = hertz(note)
    sound: Signal = np.zeros(length)
    for n in range(1, min(14, int(9000.0 / pitch) + 1)):
        sound += np.sin(2 * np.pi * n * pitch * t) * np.exp(-t * (2.2 + 1.9 * n / brightness)) / n**1.1
    return sound * shape(length, attack_s=0.0015, release_s=0.05)


def mallet(note: float, length_s: float) -> Signal:
    """Return a marimba-like bar: the tone, its fourth and tenth partials, and a soft knock."""
    length = frames(length_s)
    t = np.arange(length) / RATE
    pitch = hertz(note)
    partials = ((1.0, 1.0, 3.2), (3.93, 0.28, 11.0), (9.5, 0.10, 32.0))
    sound: Signal = np.zeros(length)
    for ratio, gain, damping in partials:
        sound += gain * np.sin(2 * np.pi * ratio * pitch * t) * np.exp(-damping * t)
    return sound * shape(length, attack_s=0.002, release_s=0.05)


def bass(note: float, length_s: float, *, cutoff_hz: float = 700.0) -> Signal:
    """Return a bass tone: filtered sawtooth over a sine."""
    length = frames(length_s)
    sound = 0.6 * lowpass(saw(note, length, phase=0.5), cutoff_hz, q=1.1) + 0.6 * sine(note, length)
    return sound * shape(length, attack_s=0.003, decay_s=0.18, sustain=0.6, release_s=0.02)


def power_chord(note: float, length_s: float, noise: np.random.Generator, *, muted: bool = False) -> Signal:
    """Return the clean strings of a guitar's power chord (root, fifth, octave), ready to be overdriven."""
    length = frames(length_s)
    t = np.arange(length) / RATE
    strings = sum(
        (gain * saw(note + i, length, phase=noise.random()) for i, gain in ((0.0, 1.0), (7.02, 0.8), (12.0, 0.6))),
        np.zeros(length),
    )
    pick = highpass(noise.standard_normal(length), 1800.0) * np.exp(-t * 260.0)
    ring = np.exp(-t * (13.0 if muted else 1.1))
    sound = lowpass(strings, 900.0 if muted else 3200.0) * ring + 0.5 * pick
    return sound * shape(length, attack_s=0.001, release_s=0.012)


def overdriven(sound: Signal, *, drive: float) -> Signal:
    """Waveshape like a valve amplifier and its cabinet; works on what is already mixed, as an amplifier does."""
    driven = np.tanh(drive * highpass(sound, 110.0) + 0.15) - np.tanh(0.15)
    return highpass(lowpass(lowpass(driven, 4300.0, q=0.9), 5200.0), 85.0)


def kick(*, punch: float = 1.0, length_s: float = 0.32) -> Signal:
    """Return a bass drum: a sine that falls from about 200 Hz to 48 Hz, and a click."""
    t = np.arange(frames(length_s)) / RATE
    phase = 2 * np.pi * (48.0 * t + 155.0 * punch / 34.0 * (1.0 - np.exp(-34.0 * t)))
    click = np.exp(-t * 900.0) * np.sin(2 * np.pi * 1900.0 * t)
    return (np.sin(phase) * np.exp(-8.5 * t) + 0.5 * punch * click) * np.minimum(1.0, (length_s - t) / 0.02)


def snare(noise: np.random.Generator, *, length_s: float = 0.24) -> Signal:
    """Return a snare drum: two tones of the shell and the rattle of the wires."""
    t = np.arange(frames(length_s)) / RATE
    shell = (np.sin(2 * np.pi * 188.0 * t) + 0.6 * np.sin(2 * np.pi * 331.0 * t)) * np.exp(-22.0 * t)
    wires = highpass(noise.standard_normal(len(t)), 1500.0) * np.exp(-17.0 * t)
    return (0.7 * shell + 0.55 * wires) * np.minimum(1.0, (length_s - t) / 0.02)


def clap(noise: np.random.Generator) -> Signal:
    """Return a hand clap: a burst of noise with a short room."""
    t = np.arange(frames(0.25)) / RATE
    burst = np.exp(-60.0 * t) + 0.35 * np.exp(-14.0 * t)
    return 0.7 * lowpass(highpass(noise.standard_normal(len(t)), 900.0), 6500.0) * burst


def hat(noise: np.random.Generator, *, open_s: float = 0.045) -> Signal:
    """Return a hi-hat; `open_s` is how long it rings."""
    t = np.arange(frames(open_s * 5)) / RATE
    return 0.5 * highpass(noise.standard_normal(len(t)), 7000.0) * np.exp(-t / open_s)


def crash(noise: np.random.Generator, *, length_s: float = 1.8) -> Signal:
    """Return a crash cymbal."""
    t = np.arange(frames(length_s)) / RATE
    return (
        0.5 * highpass(noise.standard_normal(len(t)), 3800.0) * np.exp(-2.6 * t) * np.minimum(1.0, (length_s - t) / 0.1)
    )


def tom(note: float) -> Signal:
    """Return a tom."""
    t = np.arange(frames(0.35)) / RATE
    phase = 2 * np.pi * hertz(note) * (t + 0.6 / 30.0 * (1.0 - np.exp(-30.0 * t)))
    return np.sin(phase) * np.exp(-9.0 * t) * np.minimum(1.0, (0.35 - t) / 0.02)


def riser(noise: np.random.Generator, length_s: float) -> Signal:
    """Return noise that grows and brightens over its whole length."""
    length = frames(length_s)
    ramp = np.linspace(0.0, 1.0, length)
    sound = noise.standard_normal(length)
    return (highpass(sound, 4000.0) * ramp + lowpass(sound, 1500.0) * (1.0 - ramp)) * ramp**2 * 0.4
