"""Labelled texts: read from JSON Lines, weighted so that no source outshouts the others."""
import collections
import json
import pathlib
from dataclasses import dataclass, field


@dataclass
class Row:
    """A text, the labels that are known to hold (1) or not to hold (0), and where it is from."""

    text: str
    labels: dict
    source: str
    lang: str = "en"
    kind: str = ""
    weight: float = 1.0


@dataclass
class Limit:
    """At most `share` of the benign rows of the named sources may be flagged, with each label or one."""

    sources: tuple
    share: float
    label: str = ""


@dataclass
class Task:
    """What a model is to tell apart."""

    name: str
    labels: list
    read: object  # a row as parsed from JSON -> Row, or None to leave it out
    own: object  # () -> [Row], the texts of our own
    limits: dict = field(default_factory=dict)  # profile -> [Limit]
    bits: int = 20
    strength: float = 1.0  # the inverse of regularisation
    measured_only: tuple = ()  # sources that no shipped weight is learned from
    set_on: str = "source"  # what folds calibrate and set thresholds: "source" or "text"
    text_folds: int = 2  # parts of which one at a time is left out, text by text
    licences: dict = field(default_factory=dict)  # source -> licence
    caveats: tuple = ()
    prepare: object = str  # a text -> what its features are read from


def load(task, paths):
    """The rows of every JSONL file named or lying in a folder named, and the task's own."""
    files = []
    for path in map(pathlib.Path, paths):
        files += sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    rows, seen = [], set()
    for file in files:
        for line in file.read_text(encoding="utf-8").split("\n"):
            row = task.read(json.loads(line)) if line.strip() else None
            if row and (key := " ".join(row.text.lower().split())) not in seen:
                seen.add(key)
                rows.append(row)
    for row in task.own():
        if (key := " ".join(row.text.lower().split())) not in seen:
            seen.add(key)
            rows.append(row)
    return rows


def weigh(rows, label):
    """Weights that let a source count by the root of its size, and both sides the same in sum."""
    sizes = collections.Counter((row.source, row.labels[label]) for row in rows)
    raw = [row.weight * sizes[row.source, row.labels[label]] ** -0.5 for row in rows]
    sums = collections.Counter()
    for row, weight in zip(rows, raw):
        sums[row.labels[label]] += weight
    return [w * len(rows) / (2 * sums[row.labels[label]]) for row, w in zip(rows, raw)]
