#!/usr/bin/env bash
# Writes the hash locks anew: locks/dev.txt for the whole workspace, and one lock for each process that ships,
# constrained by it. Existing pins are kept unless UPGRADE=1. No lock names a registry's host.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
members=(protos libs/kit libs/stage libs/* services/* gateway cli)
own=()
for member in "${members[@]}"; do own+=(--no-emit-package "clavilux-${member##*/}"); done
common=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
        "${own[@]}")
[ -n "${UPGRADE:-}" ] && common+=(--upgrade)
mkdir -p locks
"$uv" pip compile "${common[@]}" --group dev "${members[@]/%//pyproject.toml}" -o locks/dev.txt
for member in services/* gateway cli; do
    "$uv" pip compile "${common[@]}" -c locks/dev.txt "$member/pyproject.toml" -o "locks/${member##*/}.txt"
done
