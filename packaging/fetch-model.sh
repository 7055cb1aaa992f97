#!/usr/bin/env bash
# Fetches every model of models/models.toml that is missing here, and checks each digest.
#
# A file that was checked once is checked again only when its size or time changed: the stamp under
# target/ remembers. The program itself verifies the digest at every load, so the stamp saves time
# and proves nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

manifest=models/models.toml
stamp=target/stamps/models

# One line a model file, as the stamp keeps them: name, size, time, then the manifest's digest.
seen() {
  cksum <"$manifest"
  sed -n 's/^file = "\(.*\)"$/models\/\1/p' "$manifest" | xargs -r stat -c '%n %s %y' 2>/dev/null
}

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(seen)" ]; then
  exit 0
fi

# The interpreter that has pip: the first one found, or else the system's.
python=python3
"$python" -m pip --version >/dev/null 2>&1 || python=/usr/bin/python3
"$python" packaging/fetch_models.py "$manifest" models
mkdir -p "$(dirname "$stamp")"
seen >"$stamp"
