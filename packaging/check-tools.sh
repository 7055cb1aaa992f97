#!/usr/bin/env bash
# Says plainly when Rust or Node is missing or too old; installs neither.
set -euo pipefail
cd "$(dirname "$0")/.."

# Whether version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

rust_needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
node_needed=20.19.0
failed=0

rust=$(rustc --version 2>/dev/null | cut -d ' ' -f 2) || rust=
if [ -z "$rust" ] || ! at_least "$rust" "$rust_needed"; then
  echo "Rust $rust_needed or newer is needed, found ${rust:-none}: install it with rustup." >&2
  failed=1
fi
node=$(node --version 2>/dev/null | tr -d v) || node=
if [ -z "$node" ] || ! at_least "$node" "$node_needed"; then
  echo "Node $node_needed or newer is needed, found ${node:-none}. The nodejs package of" >&2
  echo "Debian 12 is too old: take the current LTS release of Node instead." >&2
  failed=1
elif ! command -v npm >/dev/null; then
  echo "npm is needed and is missing; it comes with the releases of Node." >&2
  failed=1
fi
exit $failed
