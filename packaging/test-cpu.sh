#!/usr/bin/env bash
# Starts the built program on an emulated processor of 2008 and expects the plain refusal.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${CLOISTER_BIN:-target/bin/cloister}

if ! command -v qemu-x86_64 >/dev/null; then
  echo "test-cpu: qemu-x86_64 is needed (apt-get install qemu-user)" >&2
  exit 1
fi
status=0
said=$(qemu-x86_64 -cpu Nehalem "$program" --version 2>&1) || status=$?
if [ "$status" -ne 1 ] || [[ $said != *"this processor is too old"* ]]; then
  echo "test-cpu: an old processor got status $status and: $said" >&2
  exit 1
fi
qemu-x86_64 -cpu max "$program" --version >/dev/null
echo "test-cpu: an old processor is refused plainly, a new one is not"
