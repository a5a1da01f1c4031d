"""Parts of a file, as HTTP asks for them (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})")


class UnsatisfiableRange(Exception):
    """The range lies wholly outside the file."""


@dataclass(frozen=True)
class ByteRange:
    """The bytes from `start` up to, not with, `end`."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.end - self.start


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """Return the part of a file that a Range header asks for.

    None means the whole file: there is no header, or one that a server may ignore (another unit, several ranges, not
    well formed). Raises UnsatisfiableRange for a part that the file does not have.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match["first"] or match["last"]):
        return None
    if not match["first"]:
        start, end = max(0, size_bytes - int(match["last"])), size_bytes
    else:
        start = int(match["first"])
        last = int(match["last"]) if match["last"] else size_bytes - 1
        if last < start and match["last"]:
            return None
        end = min(last + 1, size_bytes)
    if start >= size_bytes or start >= end:
        raise UnsatisfiableRange
    return ByteRange(start, end)
