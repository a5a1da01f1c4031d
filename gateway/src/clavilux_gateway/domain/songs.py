"""Songs as they are sent: their names, their lengths and the words that come with them."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from clavilux_kit.errors import ValidationFailed

AudioFormat = Literal["mp3", "wav", "flac"]

MAX_SONG_BYTES = 10 * 1024 * 1024  # 10 MB, as upload forms and file managers count them
MIN_DURATION_S = 5.0
MAX_DURATION_S = 900.0
MIN_PROMPT_CHARACTERS = 50
MAX_PROMPT_CHARACTERS = 500

_MAX_STEM_CHARACTERS = 80


@dataclass(frozen=True)
class SongFile:
    """A song that was taken in and lies in a temporary file."""

    path: Path
    filename: str
    size_bytes: int
    blake2b_128: str


@dataclass(frozen=True)
class AudioFacts:
    """What decoding a song has shown. The duration is counted in samples, not read from a header."""

    format: AudioFormat
    duration_s: float


@dataclass(frozen=True)
class Wishes:
    """What a person wants of the video, checked."""

    prompt: str
    options: dict[str, str | int]
    budget_micros: int


def safe_filename(name: str, audio_format: AudioFormat) -> str:
    """Return a file name for an object key: a plain ASCII stem and the extension of what the file really is.

    `../../Mein Lied (1).txt` that holds an MP3 becomes `Mein_Lied_1.mp3`; nothing usable becomes `song`.
    """
    stem = re.split(r"[/\\]", name)[-1]
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    stem = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9-]+", "_", stem)[:_MAX_STEM_CHARACTERS].strip("_-")
    return f"{stem or 'song'}.{audio_format}"


def clean_text(text: str) -> str:
    """Return text in NFC, with single-character line ends and without outer blanks.

    Raises ValueError for control characters, which no database column and no prompt should hold.
    """
    text = unicodedata.normalize("NFC", re.sub(r"\r\n?", "\n", text)).strip()
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise ValueError("must not contain control characters")
    return text


def clean_prompt(text: str) -> str:
    """Return the prompt, whose 50 to 500 characters are counted as a person counts them: composed, trimmed.

    Raises ValueError, whose message is for people.
    """
    prompt = clean_text(text)
    if not MIN_PROMPT_CHARACTERS <= len(prompt) <= MAX_PROMPT_CHARACTERS:
        raise ValueError(
            f"must have {MIN_PROMPT_CHARACTERS} to {MAX_PROMPT_CHARACTERS} characters; this one has {len(prompt)}"
        )
    return prompt


def check_duration(duration_s: float) -> None:
    """Raise ValidationFailed unless the song is between 5 seconds and 15 minutes long."""
    if MIN_DURATION_S <= duration_s <= MAX_DURATION_S:
        return
    found = f"{duration_s:.1f} seconds" if duration_s < MIN_DURATION_S else "longer"
    sentence = f"The song must be between 5 seconds and 15 minutes long; this one is {found}."
    raise ValidationFailed(sentence, fields={"audio_file": sentence})


def estimated_time_s(duration_s: float, *, base_s: float, per_song_second_s: float) -> int:
    """Return how long a video of this song is likely to take, in whole seconds: a straight line in its length."""
    return round(base_s + per_song_second_s * duration_s)
