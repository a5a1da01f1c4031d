"""A mixing desk: stereo buses, echo, reverberation and the master."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from synth import RATE, Signal, frames, highpass

Stereo = NDArray[np.floating]


class Bus:
    """A stereo strip of the desk, as long as the song: shape (2, length)."""

    def __init__(self, length_s: float) -> None:
        self.sound: Stereo = np.zeros((2, frames(length_s)))

    def add(self, sound: Signal, at_s: float, *, gain: float = 1.0, pan: float = 0.0) -> None:
        """Lay a mono sound over the strip from a time on; `pan` goes from -1 (left) to 1 (right), equal power."""
        start = frames(at_s)
        kept = sound[: max(0, self.sound.shape[1] - start)]
        angle = (pan + 1.0) * np.pi / 4.0
        self.sound[0, start : start + len(kept)] += gain * np.cos(angle) * kept
        self.sound[1, start : start + len(kept)] += gain * np.sin(angle) * kept

    def through(self, effect: Callable[[Signal], Signal]) -> None:
        """Send both channels through an effect."""
        self.sound = np.stack([effect(channel) for channel in self.sound])

    def duck(self, times_s: list[float], *, depth: float, recover_s: float) -> None:
        """Pull the strip down at each time, as a compressor keyed by the bass drum does."""
        gain = np.ones(self.sound.shape[1])
        for at_s in times_s:
            start = frames(at_s)
            t = np.arange(min(frames(recover_s), len(gain) - start)) / frames(recover_s)
            gain[start : start + len(t)] = 1.0 - depth * (1.0 - t) ** 2
        self.sound = self.sound * gain


def echoed(sound: Stereo, *, every_s: float, feedback: float, times: int = 5) -> Stereo:
    """Return only the echoes, which swap sides each time."""
    echoes = np.zeros_like(sound)
    for n in range(1, times + 1):
        shift = frames(every_s * n)
        if shift < sound.shape[1]:
            source = sound[::-1] if n % 2 else sound
            echoes[:, shift:] += feedback**n * source[:, :-shift]
    return echoes


def reverberated(sound: Stereo, noise: np.random.Generator, *, decay_s: float, predelay_s: float = 0.018) -> Stereo:
    """Return only the reverberation: convolution with noise that dies by 60 dB in `decay_s`."""
    t = np.arange(frames(decay_s)) / RATE
    size = 1 << int(sound.shape[1] + len(t) + frames(predelay_s)).bit_length()
    wet = np.zeros_like(sound)
    for channel in range(2):
        room = highpass(noise.standard_normal(len(t)), 250.0) * np.exp(-6.9 * t / decay_s)
        room = np.concatenate([np.zeros(frames(predelay_s)), room / np.sqrt(np.sum(room**2))])
        spectrum = np.fft.rfft(sound[channel], size) * np.fft.rfft(room, size)
        wet[channel] = np.fft.irfft(spectrum, size)[: sound.shape[1]]
    return wet


def mastered(mix: Stereo, *, loudness_db: float, fade_s: float) -> Stereo:
    """Bring a mix to a loudness (RMS in dBFS of its louder half), round its peaks and fade its end.

    Peaks stay under -1.5 dBFS, which leaves room for what a lossy codec adds.
    """
    mix = np.stack([highpass(channel, 28.0) for channel in mix])
    blocks = mix[:, : mix.shape[1] // 4410 * 4410].reshape(2, -1, 4410)
    power = np.sort(np.mean(blocks**2, axis=(0, 2)))
    mix = mix * (10.0 ** (loudness_db / 20.0) / np.sqrt(np.mean(power[len(power) // 2 :])))
    ceiling = 10.0 ** (-1.5 / 20.0)
    mix = ceiling * np.tanh(mix / ceiling)
    fade = np.minimum(1.0, np.arange(mix.shape[1])[::-1] / frames(fade_s))
    return mix * fade
