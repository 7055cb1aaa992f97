#!/usr/bin/env bash
# Installs the system packages that a build (run) or the tests (test) need. Usage: setup.sh run|test
set -euo pipefail

# GTK and WebKit for the window; a C++ compiler, CMake and libclang for the model runtime; Perl for
# OpenSSL inside SQLCipher; Python and pip to fetch the model.
run_packages=(build-essential pkg-config clang libclang-dev cmake perl python3 python3-pip
  libgtk-3-dev libwebkit2gtk-4.1-dev)
# A display without a screen, the driver for WebKit's windows, a session bus, network namespaces.
test_packages=(xvfb xauth webkit2gtk-driver dbus at-spi2-core iproute2 util-linux)

case "${1:-}" in
  run) packages=("${run_packages[@]}") ;;
  test) packages=("${test_packages[@]}") ;;
  *) echo "usage: $0 run|test" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null; then
  echo "setup: this is not a Debian system. Make sure that it has what these packages hold:" >&2
  echo "  ${packages[*]}" >&2
  exit 0
fi

# A name in a list of installed packages is one line; what is not in it is missing.
installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
  grep -qx "ii  $package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "setup: neither root nor sudo here. Have these installed, then try again:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
echo "setup: installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
