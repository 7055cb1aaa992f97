"""Runs a guard, or an adapter to one, over texts and keeps what it says about each."""

import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterable

# One thread each, so that a tool's time is that of one core.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# What of an answer is kept: the sanitised text is not measured here.
KEPT = ("findings", "injection", "moderation", "micros")


class CommandFailed(Exception):
    """A command that ended badly or left a text without an answer."""


def answers(command: list[str], rows: Iterable[dict]) -> dict[str, dict]:
    """Every text once through `command`; what it says, by id."""
    rows = list(rows)
    feed = "".join(
        json.dumps({"id": row["id"], "text": row["text"]}, ensure_ascii=False) + "\n"
        for row in rows
    )
    done = subprocess.run(
        command,
        input=feed.encode(),
        stdout=subprocess.PIPE,
        env=os.environ | ONE_THREAD,
        check=False,
    )
    if done.returncode != 0:
        raise CommandFailed(f"{command[0]} ended with status {done.returncode}")
    said = {}
    # not `splitlines`: a text may hold separators of lines that JSON leaves as they are
    for line in filter(None, done.stdout.decode().split("\n")):
        answer = json.loads(line)
        said[answer["id"]] = {key: answer[key] for key in KEPT}
    missing = sum(row["id"] not in said for row in rows)
    if missing:
        raise CommandFailed(f"{command[0]} said nothing about {missing} texts")
    return said


def store(said: dict[str, dict], path: pathlib.Path) -> list[str]:
    """Keeps `said`, and returns a command that repeats it, so that a text is judged only once."""
    with path.open("w", encoding="utf-8") as file:
        for ident, answer in said.items():
            file.write(json.dumps({"id": ident, **answer}) + "\n")
    return [sys.executable, str(pathlib.Path(__file__).with_name("replay.py")), str(path)]


def quantile(values: list[float], share: float) -> float:
    """The value that `share` of all lie at or below (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, min(len(ranked), round(share * len(ranked) + 0.5)) - 1)]
