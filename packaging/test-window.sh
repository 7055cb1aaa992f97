#!/usr/bin/env bash
# Runs the end-to-end tests in the real window: own network (loopback alone), own display, own bus,
# own processes, all gone when it ends. Usage: test-window.sh [ARGUMENT FOR THE TESTS]…
# Expects CLOISTER_E2E_BIN, CLOISTER_BIN and CLOISTER_MODELS, as the Makefile sets them.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" != --inside ]; then
  # Built out here, where the registry can be reached; only what was built runs inside.
  program=$(cargo test --release --locked --workspace --test e2e --no-run \
    --message-format=json | python3 -c '
import json, sys
lines = (json.loads(line) for line in sys.stdin)
print(*(m["executable"] for m in lines if m.get("executable") and m["target"]["name"] == "e2e"))')
  [ -x "$program" ] || { echo "test-window: the test program was not built" >&2; exit 1; }
  home=$(mktemp -d)
  # After the namespaces are gone, and with them whatever services of the bus had mounted in it.
  trap 'rm -rf "$home"' EXIT
  spaces=(--net --pid --fork --kill-child --mount-proc)
  [ "$(id -u)" -eq 0 ] || spaces+=(--map-root-user)
  unshare "${spaces[@]}" -- "$0" --inside "$home" "$program" "$@"
  exit
fi
home=$2
program=$3
shift 3

ip link set lo up
# Nothing outside is reachable: what a test sees, the machine alone made.
if ip -o link | grep -qv ': lo:'; then
  echo "test-window: there is a network in here besides loopback" >&2
  exit 1
fi

mkdir -m 700 "$home/run"
export HOME=$home XDG_RUNTIME_DIR=$home/run XDG_CACHE_HOME=$home/cache
export XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS

# Xvfb picks a free display and writes its number once it is ready.
mkfifo "$home/display"
Xvfb -displayfd 3 -screen 0 1400x1000x24 -nolisten tcp 3>"$home/display" 2>"$home/xvfb.log" &
if ! read -r -t 30 number <"$home/display"; then
  echo "test-window: Xvfb did not start:" >&2
  cat "$home/xvfb.log" >&2
  exit 1
fi
export DISPLAY=:$number GDK_BACKEND=x11

# One window at a time: they would take each other's focus.
dbus-run-session -- "$program" --test-threads=1 "$@"
