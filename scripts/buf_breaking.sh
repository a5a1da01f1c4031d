#!/usr/bin/env bash
# Says whether the contracts break what the last commit of the main branch promised. Without such a commit (a shallow
# clone, the first commit) it says so and checks nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
against=${BUF_AGAINST:-$(git rev-parse --verify --quiet origin/main || git rev-parse --verify --quiet HEAD || true)}
if [ -z "$against" ] || ! git cat-file -e "$against:protos/buf.yaml" 2>/dev/null; then
    echo "buf breaking: there is no earlier commit with contracts to compare with"
    exit 0
fi
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
git archive "$against" protos | tar -x -C "$before"
.venv/bin/buf breaking protos --against "$before/protos"
