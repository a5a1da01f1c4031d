"""What librosa and a filter bank measure in a decoded song.

Both librosa and scipy load their parts when they are first used: in the worker that listens, never in the server.
"""

from __future__ import annotations

import librosa
import numpy as np
import scipy

from clavilux_audio.adapters.decoding import RATE
from clavilux_audio.domain.evidence import Curve, Evidence, Features, Floats
from clavilux_audio.ports import OnsetDetector

LEAD_S = 1.0
"""Silence put before the song, so that what begins with its first sample begins."""
FINE_HOP = 64
HOP = 512
CHROMA_HOP = 2048
_BAND_EDGES_HZ = (200.0, 2000.0)
_BAND_WEIGHTS = (0.4, 0.35, 0.25)
_FLOOR = 1e-4


def measured(song: Floats, second: OnsetDetector | None) -> Evidence:
    """Return the evidence of a mono song at `RATE`; `second` is asked for onsets beside librosa."""
    sound = np.concatenate([np.zeros(int(LEAD_S * RATE), np.float32), song])
    bands = _band_amplitudes(sound)
    rises = [_rises(band) for band in bands]
    rate_hz = RATE / FINE_HOP
    lead = round(LEAD_S * rate_hz)
    power = librosa.feature.melspectrogram(y=sound, sr=RATE, hop_length=HOP, n_mels=96)
    loud_db = librosa.power_to_db(power, ref=np.max)
    strength = librosa.onset.onset_strength(S=loud_db, sr=RATE, hop_length=HOP)
    guesses = [librosa.onset.onset_detect(onset_envelope=strength, sr=RATE, hop_length=HOP, units="time")]
    if second is not None:
        guesses.append(second.onsets_s(sound, RATE))
    _, beats = librosa.beat.beat_track(onset_envelope=strength, sr=RATE, hop_length=HOP, trim=False, units="time")
    return Evidence(
        duration_s=len(song) / RATE,
        attack=_attack(rises, _BAND_WEIGHTS, lead),
        low_attack=_attack(rises[:1], (1.0,), lead),
        bands=bands[:, lead:],
        beat_guesses_s=np.asarray(beats) - LEAD_S,
        onset_guesses_s=np.concatenate(guesses) - LEAD_S,
        features=_features(song),
    )


def _band_amplitudes(sound: Floats) -> Floats:
    """Return the amplitude below, between and above the band edges, shape (3, n), `FINE_HOP` samples each."""
    low, high = _BAND_EDGES_HZ
    filters = (
        scipy.signal.butter(2, low, "lowpass", fs=RATE, output="sos"),
        scipy.signal.butter(2, (low, high), "bandpass", fs=RATE, output="sos"),
        scipy.signal.butter(2, high, "highpass", fs=RATE, output="sos"),
    )
    length = len(sound) // FINE_HOP * FINE_HOP
    amplitudes = []
    for each in filters:
        band = scipy.signal.sosfilt(each, sound[:length]).astype(np.float32)
        amplitudes.append(np.sqrt(np.mean(band.reshape(-1, FINE_HOP) ** 2, axis=1)))
    return np.stack(amplitudes)


def _rises(amplitude: Floats) -> Floats:
    """Return by how many decibels a band passes its maximum of the last 23 ms.

    Comparing with a maximum keeps the ripple of low tones and of vibrato from looking like attacks (as SuperFlux does).
    """
    power = amplitude.astype(np.float64) ** 2
    floor = _FLOOR * max(float(np.percentile(power, 98)), 1e-9)
    level_db = 10.0 * np.log10(power + floor)
    past = 8
    recent = np.concatenate([np.full(past, level_db[0]), level_db])[: len(level_db) + past - 1]
    highest = scipy.ndimage.maximum_filter1d(recent, past, origin=-(past // 2))[: len(level_db)]
    rises: Floats = np.maximum(0.0, level_db - highest)
    return rises


def _attack(rises: list[Floats], weights: tuple[float, ...], lead: int) -> Curve:
    """Return the weighted sum of the bands' rises, smoothed over 20 ms and scaled so that a strong attack is 1."""
    total = sum((weight * rise for weight, rise in zip(weights, rises, strict=True)), np.zeros_like(rises[0]))
    window = np.hanning(9)[1:-1]
    smooth = np.convolve(total, window / window.sum(), mode="same")[lead:]
    tops = smooth[1:-1][(smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > 0.05)]
    scale = float(np.percentile(tops, 90)) if len(tops) else 1.0
    return Curve(RATE / FINE_HOP, smooth / max(scale, 0.3))


def _features(song: Floats) -> Features:
    magnitude = np.abs(librosa.stft(song, n_fft=4096, hop_length=CHROMA_HOP))
    power = magnitude**2
    # No tuning is estimated: it costs more than the chroma itself.
    chroma = librosa.feature.chroma_stft(S=power, sr=RATE, n_fft=4096, tuning=0.0)
    mel_db = librosa.power_to_db(librosa.feature.melspectrogram(S=power, sr=RATE, n_mels=64), ref=np.max)
    total = power.sum(axis=0)
    frequencies_hz = librosa.fft_frequencies(sr=RATE, n_fft=4096)
    return Features(
        rate_hz=RATE / CHROMA_HOP,
        chroma=chroma,
        timbre=librosa.feature.mfcc(S=mel_db, n_mfcc=13),
        loudness_db=10.0 * np.log10(total / 4096**2 + 1e-10),
        brightness_hz=(frequencies_hz @ magnitude) / (magnitude.sum(axis=0) + 1e-9),
    )
