"""Runs the measuring programs of the vault and of access control, and writes their table.

Each part is an example of a crate that prints JSON lines {"what", "value", "unit"}. The figures are
kept in docs/benchmarks/store.json, so that parts can be measured one by one.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs/benchmarks/store.json"
TABLE = ROOT / "docs/benchmarks/store.md"
DISK, TMPFS = os.environ["DISK"], os.environ["TMPFS"]

# Part: example, arguments.
PARTS = {
    "turn": ("measure_turn", [TMPFS, DISK]),
    "audit": ("measure_audit", []),
    "purge": ("measure_purge", [DISK]),
    "unlock": ("measure_unlock", [DISK]),
    "policy": ("measure_policy", []),
    "trial": ("trial", []),
}
# The workspace as a whole, as every build: another selection would compile SQLCipher anew.
BUILD = ["cargo", "build", "--release", "--locked", "--workspace"]
BUILD += ["--features", "cloister-store/measure"]

HEAD = """\
# The vault and access control: figures

Made by `make bench-store` (`packaging/bench-store.sh`); a single part by
`packaging/bench-store.sh PART`. Ratios are of one run, with both sides taking turns. The machine has
two cores that other work shares; the load before each part is written down.
"""


def build(parts: list) -> pathlib.Path:
    """Builds the measuring programs; the folder that they lie in."""
    chosen = [flag for part in parts for flag in ("--example", PARTS[part][0])]
    subprocess.run(BUILD + chosen, cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    return pathlib.Path(target) / "release/examples"


def run(part: str, programs: pathlib.Path) -> dict:
    example, arguments = PARTS[part]
    load = os.getloadavg()[0]
    print(f"bench-store: {part}", file=sys.stderr)
    command = [programs / example, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    shown = {DISK: "disk", TMPFS: "tmpfs"}
    figures = []
    for line in filter(None, done.stdout.splitlines()):
        figure = json.loads(line)
        for folder, name in shown.items():
            figure["what"] = figure["what"].replace(folder, name)
        figures.append(figure)
    date = datetime.date.today().isoformat()
    return {"date": date, "load": round(load, 2), "example": example, "figures": figures}


def table(parts: dict) -> str:
    text = HEAD
    for part, measured in parts.items():
        text += f"\n## {part.capitalize()}\n\n`packaging/bench-store.sh {part}`, "
        text += f"{measured['date']}, load before {measured['load']}.\n\n"
        text += "| what | value | reach |\n| --- | --- | --- |\n"
        for figure in measured["figures"]:
            value = figure["value"]
            shown = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}"
            reach = figure.get("reach", "")
            text += f"| {figure['what']} | {shown} {figure['unit']} | {reach} |\n"
    return text


def main(chosen: list) -> int:
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        print(f"bench-store: there is no part {unknown[0]}; use {', '.join(PARTS)}", file=sys.stderr)
        return 2
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    parts = chosen or list(PARTS)
    programs = build(parts)
    for part in parts:
        known[part] = run(part, programs)
        ordered = {part: known[part] for part in PARTS if part in known}
        FIGURES.write_text(json.dumps(ordered, indent=1) + "\n")
        TABLE.write_text(table(ordered))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
