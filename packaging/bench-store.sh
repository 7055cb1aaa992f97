#!/usr/bin/env bash
# Measures the vault and access control, and writes docs/benchmarks/store.md: bench-store.sh [PART…]
#
# A part is a name out of packaging/bench_store.py; without any, all are measured. A part that is
# not measured keeps its last figures. Needs an idle machine for some minutes: the load before is
# written down. DISK names a folder on a disk, TMPFS one on tmpfs.
set -euo pipefail
cd "$(dirname "$0")/.."
export DISK="${DISK:-$PWD/target}" TMPFS="${TMPFS:-/dev/shm}" PYTHONDONTWRITEBYTECODE=1
mkdir -p "$DISK"
exec python3 packaging/bench_store.py "$@"
