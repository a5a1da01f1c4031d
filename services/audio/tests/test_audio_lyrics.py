from clavilux_audio.domain.lyrics import cleaned, lines_of
from clavilux_audio.domain.money import Offer
from clavilux_audio.domain.song import TimedText


def test_a_pause_begins_a_new_line() -> None:
    words = [TimedText("one", 0.0, 0.4), TimedText("two", 0.5, 0.9), TimedText("three", 2.0, 2.4)]

    assert lines_of(words) == (TimedText("one two", 0.0, 0.9), TimedText("three", 2.0, 2.4))


def test_words_outside_the_song_and_without_length_are_left_out() -> None:
    words = [
        TimedText(" late ", 9.0, 12.0),
        TimedText("early", -1.0, 0.5),
        TimedText("", 1.0, 2.0),
        TimedText("backwards", 4.0, 3.0),
        TimedText("after", 11.0, 12.0),
    ]

    assert cleaned(words, 10.0) == (TimedText("early", 0.0, 0.5), TimedText("late", 9.0, 10.0))


def test_a_minute_of_song_is_billed_by_the_second_and_rounded_up() -> None:
    offer = Offer("openai", "whisper-1", 6_000, "", "")

    assert offer.cost_micros(30.0) == 3_000
    assert offer.cost_micros(30.2) == 3_100
