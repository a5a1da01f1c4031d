"""Becomes another program that dies with its parent: `python -m ...leash PARENT_PID PROGRAM ARGUMENT...`.

A process of its own instead of a `preexec_fn`, which would mean a fork beside gRPC's threads.
"""

from __future__ import annotations

import os
import sys

from clavilux_kit.lifeline import die_with_parent


def main() -> None:
    """Runs the program in place of this one."""
    die_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - that is the purpose


if __name__ == "__main__":
    main()
