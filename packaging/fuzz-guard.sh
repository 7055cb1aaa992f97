#!/usr/bin/env bash
# Fuzzes the guard: fuzz-guard.sh SECONDS [TARGET…], one target after another, SECONDS each.
#
# Begins with the corpus of tests/fuzz/corpus and what earlier runs found (under target/fuzz), and
# stops at the first input that breaks a promise: it is kept, made smaller and named. With --keep in
# front, what was found is minimised into tests/fuzz/corpus afterwards, to be committed.
#
# The guard forbids unsafe code, so no sanitizer runs: the same seconds try three times as much, and
# the ordinary toolchain will do. FUZZ_SANITIZER=address runs one all the same (on nightly).
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "fuzz-guard: $1" >&2
  exit 2
}

keep=
if [ "${1:-}" = --keep ]; then
  keep=1
  shift
fi
seconds="${1:-60}"
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || fail "usage: fuzz-guard.sh [--keep] SECONDS [TARGET…]"
shift || true

mapfile -t known < <(sed -n 's/^name = "\([a-z]*\)"$/\1/p' tests/fuzz/Cargo.toml)
targets=("$@")
[ $# -gt 0 ] || targets=("${known[@]}")
for target in "${targets[@]}"; do
  [ -f "tests/fuzz/fuzz_targets/$target.rs" ] || fail "no target $target, only: ${known[*]}"
done

command -v cargo-fuzz >/dev/null || fail "cargo-fuzz is missing: cargo install cargo-fuzz"
command -v c++ >/dev/null || fail "libFuzzer needs a C++ compiler: install build-essential"

sanitizer="${FUZZ_SANITIZER:-none}"
toolchain=()
if [ "$sanitizer" != none ]; then
  cargo +nightly --version >/dev/null 2>&1 \
    || fail "a sanitizer needs the nightly toolchain: rustup toolchain install nightly"
  toolchain=(+nightly)
fi

work="$PWD/target/fuzz"
# Its own folder: cargo-fuzz builds everything with flags that nothing else has.
export CARGO_TARGET_DIR="${FUZZ_TARGET_DIR:-$work/build-$sanitizer}"

# Seconds that one input may take. A text of MAX_LEN bytes takes some milliseconds; anything near
# this is no longer linear.
timeout=5
max_len=16384

failed=()
for target in "${targets[@]}"; do
  corpus="$work/corpus/$target"
  found="$work/artifacts/$target"
  mkdir -p "$corpus" "$found"
  python3 packaging/fuzz_corpus.py unpack "$target" "$corpus"
  echo "fuzz-guard: $target, $seconds s" >&2
  run=(cargo "${toolchain[@]}" fuzz run --fuzz-dir tests/fuzz --sanitizer "$sanitizer" "$target")
  log="$work/$target.log"
  if "${run[@]}" "$corpus" -- -max_total_time="$seconds" -timeout="$timeout" \
    -max_len="$max_len" -rss_limit_mb=4096 -dict=tests/fuzz/guard.dict -use_value_profile=0 \
    -print_final_stats=1 -artifact_prefix="$found/" >"$log" 2>&1; then
    grep -aE '^Done |stat::number_of_executed_units' "$log" | sed "s/^/fuzz-guard: $target: /"
    if [ -n "$keep" ]; then
      mkdir -p "$work/minimised/$target"
      rm -f "$work/minimised/$target"/*
      "${run[@]}" "$work/minimised/$target" "$corpus" -- -set_cover_merge=1 \
        -timeout="$timeout" >>"$log" 2>&1 || fail "the corpus of $target could not be merged: $log"
      python3 packaging/fuzz_corpus.py pack "$target" "$work/minimised/$target"
    fi
    continue
  fi
  failed+=("$target")
  grep -aE -A 4 'panicked at|ERROR: libFuzzer|^error' "$log" | head -20 >&2 || true
  input=$(find "$found" -type f \( -name 'crash-*' -o -name 'timeout-*' -o -name 'oom-*' \) -newer "$corpus" | head -1)
  if [ -n "$input" ]; then
    # cargo-fuzz leaves every step of it in a folder of its own choice
    steps="tests/fuzz/artifacts/$target"
    rm -f "$steps"/*
    "${run[@]/#run/tmin}" --runs 5000 "$input" >>"$log" 2>&1 || true
    smallest=$(find "$steps" -type f -printf '%s %p\n' | sort -n | head -1 | cut -d ' ' -f 2-)
    if [ -n "$smallest" ]; then
      mv "$smallest" "$found/smallest-${input##*/}"
      smallest="$found/smallest-${input##*/}"
    fi
    echo "fuzz-guard: $target fails on ${smallest:-$input}:" >&2
    head -c 400 "${smallest:-$input}" | od -c | head -20 >&2
  fi
  echo "fuzz-guard: $target: see $log" >&2
done

if [ ${#failed[@]} -gt 0 ]; then
  echo "fuzz-guard: failed: ${failed[*]}" >&2
  exit 1
fi
echo "fuzz-guard: ${targets[*]}: clean"
