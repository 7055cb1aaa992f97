#!/usr/bin/env bash
# Checks every tracked text file: no hidden characters, no file over 600 lines.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z --cached --others --exclude-standard | python3 -c '
import pathlib, re, sys

LIMIT = 600
# Generated or data, not read by people from top to bottom.
LONG = re.compile(
    r"(^|/)(Cargo\.lock|package-lock\.json|THIRD-PARTY\.md|LICENSE-.*|openapi\.json|schema\.d\.ts)$"
    r"|\.(jsonl|csv|tsv|svg|snap|gguf|onnx)$|^tests/cases/"
)
# Characters that hide or reorder text: soft hyphen, Arabic letter mark, Hangul fillers, Mongolian
# separator, zero-width ones, bidi controls, invisible operators, byte order mark, variation
# selectors beyond the common 15 and 16, and tags.
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\U000e0000-\U000e0fff]"
)
# Control characters besides tab and line ends, and carriage returns.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

bad = 0
for name in filter(None, sys.stdin.read().split("\0")):
    path = pathlib.Path(name)
    if path.is_symlink() or not path.is_file():
        continue
    data = path.read_bytes()
    if b"\0" in data[:8192]:
        continue
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        print(f"{name}: not UTF-8 at byte {error.start}", file=sys.stderr)
        bad += 1
        continue
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        for found in (*HIDDEN.finditer(line), *CONTROL.finditer(line)):
            where = f"{name}:{number}:{found.start() + 1}"
            print(f"{where}: hidden character U+{ord(found[0]):04X}, write an escape", file=sys.stderr)
            bad += 1
    if len(lines) - 1 > LIMIT and not LONG.search(name):
        print(f"{name}: {len(lines) - 1} lines, at most {LIMIT}", file=sys.stderr)
        bad += 1
sys.exit(bad > 0)
'
