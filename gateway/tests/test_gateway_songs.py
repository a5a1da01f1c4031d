import unicodedata

import pytest
from clavilux_gateway.domain.songs import check_duration, clean_prompt, clean_text, estimated_time_s, safe_filename
from clavilux_kit.errors import ValidationFailed
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("My Song.mp3", "My_Song.mp3"),
        ("../../etc/passwd", "passwd.mp3"),
        ("C:\\Music\\Über den Wolken (live).WAV", "Uber_den_Wolken_live.mp3"),
        ("песня.mp3", "song.mp3"),
        ("", "song.mp3"),
        (".mp3", "song.mp3"),
        ("a.b.c.txt", "a_b_c.mp3"),
        ("x" * 300 + ".mp3", "x" * 80 + ".mp3"),
        ("song\r\nContent-Type: text/html", "html.mp3"),
    ],
)
def test_a_file_name_becomes_a_plain_one(sent: str, kept: str) -> None:
    assert safe_filename(sent, "mp3") == kept


@given(st.text())
def test_whatever_its_name_a_song_gets_one_safe_path_segment(name: str) -> None:
    stem, _, extension = safe_filename(name, "flac").rpartition(".")
    assert extension == "flac"
    assert 1 <= len(stem) <= 80
    assert all(character.isascii() and (character.isalnum() or character in "_-") for character in stem)


@pytest.mark.parametrize("length", [50, 500])
def test_a_prompt_of_50_to_500_characters_is_taken(length: int) -> None:
    assert len(clean_prompt("a" * length)) == length


@pytest.mark.parametrize("length", [0, 49, 501])
def test_a_shorter_or_longer_prompt_is_refused_and_told_its_length(length: int) -> None:
    with pytest.raises(ValueError, match=f"has {length}$"):
        clean_prompt("a" * length)


def test_letters_written_in_two_code_points_count_once() -> None:
    decomposed = unicodedata.normalize("NFD", "é" * 50)
    assert len(decomposed) == 100
    assert clean_prompt(decomposed) == "é" * 50


def test_blanks_around_a_prompt_do_not_count() -> None:
    with pytest.raises(ValueError, match=r"has 49$"):
        clean_prompt("  " + "a" * 49 + "\n\n")


def test_a_line_end_from_a_browser_counts_once() -> None:
    assert len(clean_prompt("a" * 49 + "\r\n" + "b" * 450)) == 500


def test_control_characters_are_refused() -> None:
    with pytest.raises(ValueError, match="control"):
        clean_text("a\x00b")


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    try:
        once = clean_text(text)
    except ValueError:
        return
    assert clean_text(once) == once


@pytest.mark.parametrize("duration_s", [5.0, 180.0, 900.0])
def test_songs_of_5_seconds_to_15_minutes_are_taken(duration_s: float) -> None:
    check_duration(duration_s)


@pytest.mark.parametrize("duration_s", [0.0, 4.99, 900.1])
def test_other_songs_are_refused_and_the_field_is_named(duration_s: float) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        check_duration(duration_s)
    assert set(refusal.value.fields) == {"audio_file"}


def test_the_estimate_grows_with_the_song() -> None:
    assert estimated_time_s(30.0, base_s=60.0, per_song_second_s=2.0) == 120
    assert estimated_time_s(180.0, base_s=60.0, per_song_second_s=2.0) == 420
