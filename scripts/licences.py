"""Lists the licences of everything that the lock installs; with --check, refuses what we may not ship.

Written to docs/reference/licences.md by `make licences`; `make lint` runs the check.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "licences.md"

# Copyleft beyond LGPL, source-available and non-commercial licences.
REFUSED = re.compile(r"\bA?GPL|(?<!Lesser )General Public License|non-?commercial|BUSL|SSPL|-NC\b", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser General Public", re.IGNORECASE)
EXCEPTIONS = {"aubio-ledfx": "behind a port of the audio service alone, which works without it"}

INTRODUCTION = """# Licences of what Clavilux installs

Made by `make licences`. Clavilux itself is Apache-2.0, its samples are CC0. Three entries deserve a word:
- **aubio-ledfx** is GPL-3.0. The owner asked for it; it is used by the audio service alone, behind a port, and the
  service works without it. Who ships that image without aubio ships no GPL code.
- The **ffmpeg** program inside imageio-ffmpeg is a GPL build. It is run as a process of its own.
- LGPL packages (Pebble, psycopg, soxr) are used as they are, unchanged.

| package | licence |
|---|---|
"""


def main() -> None:
    """Writes the page, or checks what is installed."""
    packages = sorted(set(_packages()))
    if "--check" in sys.argv:
        refused = [f"{name}: {licence}" for name, licence in packages if _is_refused(name, licence)]
        sys.exit("Licences that may not be shipped:\n" + "\n".join(refused) if refused else 0)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(INTRODUCTION + "".join(f"| {name} | {licence} |\n" for name, licence in packages))


def _packages() -> Iterator[tuple[str, str]]:
    for package in distributions():
        name = package.metadata["Name"]
        if not name.startswith("clavilux"):
            yield name, _licence(package)


def _licence(package: Distribution) -> str:
    said = package.metadata.json
    lines = said.get("classifier", [])
    classified = [line.split(" :: ")[-1] for line in lines if "License ::" in line]
    free_text = str(said.get("license") or "unknown").strip().splitlines()[0][:60]
    return str(said.get("license_expression") or ", ".join(classified) or free_text)


def _is_refused(name: str, licence: str) -> bool:
    is_dual = " OR " in licence
    refused = bool(REFUSED.search(LESSER.sub("", licence))) and not is_dual
    return (refused or licence == "unknown") and name not in EXCEPTIONS


if __name__ == "__main__":
    main()
