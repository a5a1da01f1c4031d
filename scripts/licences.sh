#!/usr/bin/env bash
# Writes docs/reference/licences.md: every package of the lock with its licence. With --check it says whether the
# committed page names the packages of the lock.
set -euo pipefail
cd "$(dirname "$0")/.."
page=docs/reference/licences.md
if [ "${1:-}" = "--check" ]; then
    missing=$(grep -oE '^[a-z0-9_.-]+==' locks/dev.txt | tr -d '=' | sort -u | while read -r name; do
        grep -qiE "^\| ${name//[-_.]/[-_.]} \|" "$page" || .venv/bin/uv pip show --quiet "$name" 2>/dev/null && \
        ! grep -qiE "^\| ${name//[-_.]/[-_.]} \|" "$page" && echo "$name" || true
    done)
    if [ -n "$missing" ]; then
        echo "Packages without a line in $page (run 'make licences'): $missing" >&2
        exit 1
    fi
    exit 0
fi
mkdir -p "$(dirname "$page")"
{
    echo "# Licences of what Clavilux installs"
    echo
    echo "Made by \`make licences\` from the hash lock. Clavilux itself is Apache-2.0. Two entries deserve a word:"
    echo "**aubio-ledfx** is GPL-3.0; it is used by the audio service alone, behind a port, and the service works without"
    echo "it (\`CLAVILUX_ONSET_DETECTOR=librosa\`): who ships that image without aubio ships no GPL code."
    echo "The **ffmpeg** program inside imageio-ffmpeg is a GPL build, run as a separate process."
    echo
    .venv/bin/pip-licenses --format=markdown --order=name --from=mixed --ignore-packages $(.venv/bin/uv pip list --editable --format=freeze 2>/dev/null | cut -d= -f1)
} > "$page"
