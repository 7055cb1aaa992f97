"""Repeats answers that were kept: replay.py ANSWERS, with {"id","text"} lines on standard input."""

import json
import sys


def main() -> None:
    kept = {}
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            kept[json.loads(line)["id"]] = line
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.write(kept[json.loads(line)["id"]])


if __name__ == "__main__":
    main()
