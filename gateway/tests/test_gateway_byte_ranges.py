import pytest
from clavilux_gateway.domain.byte_ranges import ByteRange, UnsatisfiableRange, parse_range
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=0-99", ByteRange(0, 100)),
        ("bytes=10-", ByteRange(10, 100)),
        ("bytes=10-1000", ByteRange(10, 100)),
        ("bytes=-10", ByteRange(90, 100)),
        ("bytes=-1000", ByteRange(0, 100)),
    ],
)
def test_a_range_is_a_part_of_the_file(header: str, part: ByteRange) -> None:
    assert parse_range(header, 100) == part


@pytest.mark.parametrize(
    "header", [None, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "items=0-1", "bytes=a-b", "bytes=--1"]
)
def test_what_may_be_ignored_gives_the_whole_file(header: str | None) -> None:
    assert parse_range(header, 100) is None


@pytest.mark.parametrize(
    ("header", "size_bytes"), [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 100), ("bytes=0-", 0)]
)
def test_a_range_outside_the_file_is_unsatisfiable(header: str, size_bytes: int) -> None:
    with pytest.raises(UnsatisfiableRange):
        parse_range(header, size_bytes)


@given(st.text(), st.integers(0, 1000))
def test_whatever_is_asked_a_part_lies_in_the_file(header: str, size_bytes: int) -> None:
    try:
        part = parse_range(f"bytes={header}", size_bytes)
    except UnsatisfiableRange:
        return
    assert part is None or (0 <= part.start < part.end <= size_bytes and part.length > 0)
