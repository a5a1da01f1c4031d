#!/usr/bin/env bash
# Generates the Python of the contracts beside their .proto files. With --check it says whether the committed
# code is what the contracts generate, and changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
target=protos
if [ "${1:-}" = "--check" ]; then
    target=$(mktemp -d)
    trap 'rm -rf "$target"' EXIT
fi
mapfile -t contracts < <(cd protos && find clavilux -name '*.proto' | sort)
PATH="$PWD/.venv/bin:$PATH" .venv/bin/python -m grpc_tools.protoc -I protos \
    --python_out="$target" --grpc_python_out="$target" --mypy_out="quiet:$target" --mypy_grpc_out="quiet:$target" \
    "${contracts[@]}"
if [ "${1:-}" = "--check" ]; then
    diff -r --exclude='*.proto' --exclude='__pycache__' --exclude='py.typed' "$target/clavilux" protos/clavilux \
        || { echo "The generated code is not what the contracts say: run 'make protos' and commit." >&2; exit 1; }
fi
