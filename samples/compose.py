"""Render the sample songs and write down exactly where their beats and sections are.

python samples/compose.py [electronic|rock|ambient|all] [--seconds N] [-o FOLDER] [--format mp3|wav|flac]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import ambient
import av
import electronic
import numpy as np
import rock
from desk import Stereo
from form import Song
from synth import RATE

SONGS = {"electronic": (electronic.play, 36.0), "rock": (rock.play, 34.0), "ambient": (ambient.play, 36.0)}
CODECS = {"mp3": "libmp3lame", "wav": "pcm_s16le", "flac": "flac"}


def main() -> None:
    """Render what the command line asks for."""
    parser = argparse.ArgumentParser(description="Render the sample songs with their exact beats and sections.")
    parser.add_argument("song", nargs="?", choices=[*SONGS, "all"], default="all")
    parser.add_argument("--seconds", type=float, help="length of the song (default: each song's own, 34-36 s)")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent, metavar="FOLDER")
    parser.add_argument("--format", choices=CODECS, default="mp3")
    asked = parser.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    for name in SONGS if asked.song == "all" else [asked.song]:
        play, length_s = SONGS[name]
        try:
            song = play(asked.seconds or length_s)
        except ValueError as error:
            parser.error(str(error))
        write(song, asked.output / f"{name}.{asked.format}")


def write(song: Song, path: Path) -> None:
    """Write a song, and beside it NAME.beats (seconds, position in the bar) and NAME.sections (start, end, label)."""
    encode(song.sound, path)
    beats = "".join(f"{time_s:.6f} {position}\n" for time_s, position in song.form.beats())
    path.with_suffix(".beats").write_text(beats)
    sections = "".join(f"{start_s:.6f} {end_s:.6f} {label}\n" for start_s, end_s, label in song.form.sections())
    path.with_suffix(".sections").write_text(sections)


def encode(sound: Stereo, path: Path) -> None:
    """Encode a sound of shape (2, samples) by the path's suffix.

    MP3 files carry a LAME header, by which decoders leave out what the codec puts before the first sample.
    """
    # Rounded here, with rounding noise of one step, so that all three formats hold the same 16 bits.
    dither = np.random.default_rng(16).random(sound.shape) - 0.5
    samples = np.clip(np.round(sound * 32767.0 + dither), -32768, 32767).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(CODECS[path.suffix.lstrip(".")], rate=RATE)
        if not isinstance(stream, av.AudioStream):
            raise TypeError(f"{path.suffix} is no audio format")
        stream.layout = "stereo"
        if path.suffix == ".mp3":
            stream.bit_rate = 192_000
        frame = av.AudioFrame.from_ndarray(samples.T.reshape(1, -1).copy(), format="s16", layout="stereo")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.format, "stereo", RATE, stream.frame_size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
