"""Words gathered into lines."""

from __future__ import annotations

from collections.abc import Iterable

from clavilux_audio.domain.song import TimedText

PAUSE_S = 0.7
MOST_WORDS = 9


def lines_of(words: Iterable[TimedText]) -> tuple[TimedText, ...]:
    """Return the lines of a song: a new one begins after a pause, or when a line is full."""
    lines: list[list[TimedText]] = []
    for word in words:
        if lines and word.start_s - lines[-1][-1].end_s < PAUSE_S and len(lines[-1]) < MOST_WORDS:
            lines[-1].append(word)
        else:
            lines.append([word])
    return tuple(TimedText(" ".join(w.text for w in line), line[0].start_s, line[-1].end_s) for line in lines)


def cleaned(words: Iterable[TimedText], duration_s: float) -> tuple[TimedText, ...]:
    """Return words in order of time and inside the song; those without text or length in it are left out."""
    inside = [TimedText(w.text.strip(), max(0.0, w.start_s), min(w.end_s, duration_s)) for w in words]
    return tuple(sorted((w for w in inside if w.text and w.start_s < w.end_s), key=lambda w: (w.start_s, w.end_s)))
