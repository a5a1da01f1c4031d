"""Finished files, read back frame by frame."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest
from clavilux_composer.adapters.disk_workspace import DiskWorkspace
from clavilux_composer.domain.composition import Labels
from clavilux_composer.domain.cuts import StretchKind
from clavilux_composer.domain.shots import AdjustmentKind
from clavilux_composer.domain.subtitles import Cue
from clavilux_composer.domain.timeline import Join, JoinKind
from clavilux_kit.errors import Cancelled, CompositionFailed, NotFound, ValidationFailed

from services.composer.tests.composer_studio import RATE, Pattern, Studio, read_video, write_clip, write_song

pytestmark = pytest.mark.integration

CROSSFADE = Join(JoinKind.CROSSFADE, 15)
FADE = Join(JoinKind.FADE, 15)


async def test_every_frame_of_six_clips_is_the_right_one(studio: Studio) -> None:
    await studio.add_pattern(50, begin=FADE)
    await studio.add_pattern(37)
    await studio.add_pattern(61, begin=CROSSFADE, lead=7)
    await studio.add_pattern(40, begin=Join(JoinKind.CROSSFADE, 8), lead=4)
    await studio.add_pattern(45, begin=FADE)
    await studio.add_pattern(52)
    await make_tail(studio, 1, 8)
    await make_tail(studio, 2, 4)

    composed = await studio.compose(end=FADE)

    frames = read_video(await studio.video())
    changed = [(0, 15), (80, 95), (144, 152), (181, 196), (270, 285)]
    assert len(frames) == 285
    for slot in studio.slots:
        for frame in range(slot.start, slot.end):
            if not any(first <= frame < end for first, end in changed):
                assert Pattern.read(frames[frame]) == (slot.index, slot.lead_frames + frame - slot.start), frame
    for step in range(15):
        share = step / 15
        outgoing = Pattern.levels(Pattern.draw(1, 80 - 50 + step))
        incoming = Pattern.levels(Pattern.draw(2, step))
        blend = (1 - share) * outgoing + share * incoming
        assert np.abs(Pattern.levels(frames[80 + step]) - blend).max() < 12, step
    assert frames[0].mean() < 3
    assert frames[284].mean() < 20
    assert frames[188].mean() < 3, "a fade between shots goes through black on its boundary"
    measured = composed.measurement
    assert measured.planned_cut_frames == measured.found_cut_frames == (50, 233)
    assert (measured.matched_cuts, measured.worst_cut_frames) == (2, 0)
    assert not composed.adjustments
    assert not composed.degradations
    assert studio.leftovers() == []


async def make_tail(studio: Studio, index: int, tail: int) -> None:
    """Gives a pattern clip some frames after its slot."""
    slot = studio.slots[index]
    pictures = [Pattern.draw(index, frame) for frame in range(slot.lead_frames + slot.frames + tail)]
    path = studio.folder / "longer.mp4"
    await asyncio.to_thread(write_clip, path, pictures)
    await studio.store.delete(slot.clip_key)
    await studio.store.put_file(slot.clip_key, path)


async def test_many_segments_are_joined_without_losing_a_frame(studio: Studio) -> None:
    for _ in range(11):
        await studio.add_pattern(23)

    composed = await studio.compose()

    assert [Pattern.read(frame) for frame in read_video(await studio.video())] == [
        (clip, frame) for clip in range(11) for frame in range(23)
    ]
    assert composed.measurement.found_cut_frames == tuple(range(23, 253, 23))


async def test_a_short_clip_is_looped_frame_by_frame(studio: Studio) -> None:
    await studio.add([Pattern.draw(0, frame) for frame in range(20)], 70, with_sound=True)
    await studio.add_pattern(30)

    composed = await studio.compose()

    frames = read_video(await studio.video())
    assert [Pattern.read(frame) for frame in frames[:70]] == [(0, frame % 20) for frame in range(70)]
    assert [(a.kind, a.amount) for a in composed.adjustments] == [(AdjustmentKind.LOOPED, 3)]


async def test_clips_of_other_rates_and_sizes_keep_their_place(studio: Studio) -> None:
    await studio.add([Pattern.draw(0, frame) for frame in range(48)], 60, rate=Fraction(24))
    await studio.add([Pattern.draw(1, frame, 640, 480) for frame in range(120)], 60, rate=Fraction(60))
    await studio.add([Pattern.draw(2, frame) for frame in range(62)], 60, rate=Fraction(30000, 1001))
    await studio.add([Pattern.draw(3, frame) for frame in range(40)], 60,
                     ticks=[frame + frame // 2 for frame in range(40)])  # fmt: skip

    composed = await studio.compose()

    frames = read_video(await studio.video())
    assert [frame.shape for frame in frames] == [(180, 320)] * 240
    codes = [Pattern.read(frame) for frame in frames]
    assert [clip for clip, _ in codes[:60]] == [0] * 60
    assert [clip for clip, _ in codes[120:]] == [2] * 60 + [3] * 60
    for position, (_, frame) in enumerate(codes[:60]):
        assert abs(frame - position * 24 / 30) < 0.7
    for position, (_, frame) in enumerate(codes[120:180]):
        assert abs(frame - position) <= 1
    assert composed.measurement.found_cut_frames == (60, 120, 180)


async def test_missing_clips_are_filled_in_their_own_place(studio: Studio) -> None:
    still = av.VideoFrame.from_ndarray(Pattern.draw(33, 5, 512, 512), format="gray")
    await studio.store.put("still", jpeg(still))
    await studio.add_pattern(30)
    studio.add_slot(40)
    studio.add_slot(40, still_key="still")
    await studio.add_pattern(30)

    composed = await studio.compose()

    codes = [Pattern.read(frame) for frame in read_video(await studio.video())]
    assert codes[:30] == [(0, frame) for frame in range(30)]
    assert codes[30:70] == [(0, 29)] * 40
    assert codes[110:] == [(3, frame) for frame in range(30)]
    assert [a.kind for a in composed.adjustments] == [
        AdjustmentKind.FILLED_WITH_NEIGHBOUR,
        AdjustmentKind.FILLED_WITH_STILL,
    ]
    assert composed.measurement.found_cut_frames == (70, 110)
    assert {stretch.kind for stretch in composed.measurement.stretches} == {StretchKind.FROZEN}


def jpeg(frame: av.VideoFrame) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="image2pipe") as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuvj420p"
        container.mux(stream.encode(frame.reformat(format="yuvj420p")))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    ("extension", "rate_hz", "channels"), [("wav", 48000, 2), ("mp3", 22050, 1), ("flac", 44100, 2), ("mp3", 44100, 2)]
)
async def test_the_song_is_heard_whole_unchanged_and_in_step(
    studio: Studio, extension: str, rate_hz: int, channels: int
) -> None:
    await studio.add_pattern(100)
    wav, song = studio.folder / "made.wav", studio.folder / f"song.{extension}"
    write_song(wav, 100 / 30, rate_hz=rate_hz, channels=channels)
    if extension != "wav":
        encode = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(wav), str(song)]
        await asyncio.to_thread(subprocess.run, encode, check=True)
    await studio.store.put_file("song", song if song.exists() else wav)

    measured = (await studio.compose()).measurement

    assert abs(measured.streams.audio_s - 100 / 30) < 0.03
    assert abs(measured.audio_offset_s) < 0.001
    assert abs(measured.loudness_lufs - measured.song_loudness_lufs) < 0.5


async def test_the_file_is_what_players_expect_and_says_what_it_is(studio: Studio) -> None:
    await studio.add_pattern(60)
    labels = Labels("A title: with 'marks'; 50 %", "Somebody", "Made by a program.")

    composed = await studio.compose(labels=labels, cues=(Cue(0.5, 1.25, "One <b> & two"),))

    with av.open(str(await studio.video())) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert (picture.codec_context.name, picture.codec_context.profile) == ("h264", "High")
        assert (picture.codec_context.pix_fmt, picture.average_rate, picture.frames) == ("yuv420p", RATE, 60)
        assert picture.codec_context.colorspace == 1
        assert picture.codec_context.color_range == 1
        assert sound.codec_context.name == "aac"
        assert container.metadata["title"] == labels.title
        assert container.metadata["artist"] == labels.artist
        assert container.metadata["comment"] == labels.disclosure
    head = await studio.store.get(composed.video_key)
    assert head.index(b"moov") < head.index(b"mdat")
    assert composed.size_bytes == len(head)
    assert (await studio.store.get(composed.poster_key)).startswith(b"\xff\xd8")
    assert (await studio.store.get(composed.subtitle_keys[0])).decode() == (
        "1\n00:00:00,500 --> 00:00:01,250\nOne <b> & two\n\n"
    )
    assert "One &lt;b&gt; &amp; two" in (await studio.store.get(composed.subtitle_keys[1])).decode()
    (studio.folder / "preview.mp4").write_bytes(await studio.store.get(composed.preview_key))
    with av.open(str(studio.folder / "preview.mp4")) as preview:
        assert not preview.streams.audio


async def test_a_corrupt_clip_is_an_error_that_can_be_read_and_leaves_nothing(studio: Studio) -> None:
    await studio.add_pattern(60)
    clip = bytearray(await studio.store.get("clips/0.mp4"))
    middle = clip.index(b"mdat") + 30000
    clip[middle : middle + 20000] = os.urandom(20000)
    await studio.store.put("clips/broken.mp4", bytes(clip))
    studio.add_slot(60, clip_key="clips/broken.mp4")

    with pytest.raises(CompositionFailed) as failed:
        await studio.compose()

    assert "ffmpeg failed" in failed.value.message
    assert str(studio.folder) not in failed.value.message
    assert "0x" not in failed.value.message
    assert studio.leftovers() == []
    assert [info.key async for info in studio.store.list("out")] == []


@pytest.mark.parametrize("data", [b"", b"no video", b"ffconcat version 1.0\nfile '/etc/passwd'\n"])
async def test_a_clip_that_is_no_video_is_named(studio: Studio, data: bytes) -> None:
    await studio.store.put("junk", data)
    studio.add_slot(30, clip_key="junk")

    with pytest.raises(CompositionFailed, match="clip 0 is not a video"):
        await studio.compose()


async def test_a_clip_that_is_not_there_is_not_found(studio: Studio) -> None:
    studio.add_slot(30, clip_key="clips/none.mp4")

    with pytest.raises(NotFound):
        await studio.compose()


async def test_an_ffmpeg_that_is_killed_in_the_middle_is_started_once_more(studio: Studio) -> None:
    for _ in range(3):
        await studio.add_pattern(60)
    killed: list[int] = []

    async def kill_the_first() -> None:
        killed.extend(await running("segment"))
        os.kill(killed[0], signal.SIGKILL)

    killer = asyncio.create_task(kill_the_first())
    composed = await studio.compose()
    await killer

    assert len(killed) == 1
    assert composed.measurement.found_cut_frames == (60, 120)


async def test_a_cancelled_composition_leaves_no_process_and_no_file(studio: Studio) -> None:
    for _ in range(3):
        await studio.add_pattern(60)

    composing = asyncio.create_task(studio.compose())
    await running("segment")
    await studio.stop()

    with pytest.raises(Cancelled):
        await composing
    assert children("segment") == []
    assert studio.leftovers() == []


async def running(word: str) -> list[int]:
    """Waits for an ffmpeg process of ours."""
    while not (found := children(word)):  # noqa: ASYNC110 - nothing tells when a process begins
        await asyncio.sleep(0.002)
    return found


def children(word: str) -> list[int]:
    """Our own running ffmpeg processes with this word in their arguments."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            arguments = (folder / "cmdline").read_text()
        except (OSError, ValueError):
            continue
        if parent == os.getpid() and word in arguments:
            found.append(int(folder.name))
    return found


async def test_the_same_request_is_composed_once_and_answered_again_by_measuring(studio: Studio) -> None:
    await studio.add_pattern(40)
    await studio.add_pattern(40)

    first, joined = await asyncio.gather(studio.compose(), studio.compose())
    written = await studio.store.stat(first.video_key)
    again = await studio.compose()

    assert joined is first
    assert again == first
    assert await studio.store.stat(first.video_key) == written


async def test_what_cannot_be_done_yet_is_said(studio: Studio) -> None:
    await studio.add([Pattern.draw(0, frame) for frame in range(60)], 30)
    studio.add_slot(30, clip_key="clips/0.mp4", lead_frames=30)

    composed = await studio.compose(wants_burn_in=True, wants_effects=True)

    assert [note.code for note in composed.degradations] == [
        "burn_in_not_available",
        "effects_not_available",
        "cut_not_seen",
    ]


async def test_people_are_told_how_far_it_is(studio: Studio) -> None:
    await studio.add_pattern(60)

    await studio.compose()

    assert studio.told.texts[-1] == "Measuring the finished video"
    assert studio.told.texts[0].startswith("Composing ")


async def test_an_impossible_order_is_refused_before_anything_is_fetched(studio: Studio) -> None:
    studio.add_slot(30, clip_key="clips/none.mp4")

    with pytest.raises(ValidationFailed) as refused:
        await studio.compose(song_s=5.0, output_prefix="")

    assert set(refused.value.fields) == {"total_frames", "output_prefix"}


async def test_a_disk_without_room_is_said_before_anything_is_made(studio: Studio) -> None:
    studio.add_slot(30 * 60 * 60 * 24 * 365, clip_key="song")
    await studio.store.put("song", b"short")

    with pytest.raises(CompositionFailed, match="MB on the disk"):
        await studio.compose()

    assert studio.leftovers() == []


def test_what_a_killed_composer_left_is_removed_and_what_another_works_on_is_kept(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    for owner in (ended.pid, os.getppid()):
        (tmp_path / f"clavilux-compose-{owner}-x").mkdir()
        (tmp_path / f"clavilux-compose-{owner}-x" / "video.mp4").touch()

    DiskWorkspace(tmp_path)

    assert [folder.name for folder in tmp_path.iterdir()] == [f"clavilux-compose-{os.getppid()}-x"]


async def test_a_clip_without_handles_gets_a_cut_and_the_answer_says_so(studio: Studio) -> None:
    await studio.add_pattern(40)
    await studio.add_pattern(40, begin=CROSSFADE, lead=7)

    composed = await studio.compose()

    codes = [Pattern.read(frame) for frame in read_video(await studio.video())]
    assert codes == [(0, frame) for frame in range(40)] + [(1, 7 + frame) for frame in range(40)]
    assert [a.kind for a in composed.adjustments] == [AdjustmentKind.CUT_INSTEAD_OF_CROSSFADE]
    assert [note.code for note in composed.degradations] == ["cut_instead_of_crossfade"]
    assert composed.measurement.found_cut_frames == (40,)
