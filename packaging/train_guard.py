#!/usr/bin/env python3
"""Trains a linear score of the guard and writes its weights, model card and fixtures.

  python3 -m venv VENV && VENV/bin/pip install scikit-learn==1.9.1
  VENV/bin/python packaging/train_guard.py injection FOLDER…     JSONL files, or folders of them
  VENV/bin/python packaging/train_guard.py injection FOLDER… --report   measures, writes nothing

A row has `text`, `label` or `labels`, `source`, `lang` and `kind`. Texts of our own lie in
guard_training/. Each source is scored by a model that has not seen it: those scores calibrate the
probability, set the thresholds and fill the card. The result is the same on every run.
"""
import argparse
import importlib
import json
import os
import pathlib

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from guard_training import card, corpus, crossval, features, model

OUT = pathlib.Path(__file__).resolve().parent.parent / "models" / "guard"


def train(task, rows):
    """A scorer for each label, and the left-out probabilities that the card reports."""
    scorers, held = {}, {}
    for label in task.labels:
        known = [row for row in rows if row.labels.get(label) is not None]
        x, owner = features.matrix([task.prepare(row.text) for row in known], task.bits)
        logits = {on: crossval.left_out(task, known, label, x, owner, on) for on in crossval.FOLDS}
        learns = [at for at, row in enumerate(known) if row.source not in task.measured_only]
        scorer = crossval.fit_on(task, known, label, x, owner, np.array(learns))
        wanted = np.array([row.labels[label] for row in known])
        model.calibrate(scorer, logits[task.set_on], wanted, corpus.weigh(known, label))
        left_out = {on: scorer.probabilities(values) for on, values in logits.items()}
        scorer.thresholds = tuple(
            float(np.float32(crossval.threshold(task.limits[profile], known, label, left_out[task.set_on])))
            for profile in model.PROFILES
        )
        scorers[label], held[label] = scorer, (known, left_out)
    return scorers, held


def fixtures(task, scorers, rows):
    """Some texts of our own with their scores, which the guard's tests must reproduce."""
    own = [row.text for row in rows if row.source.startswith("own")]
    texts = own[:: max(1, len(own) // 120)] + ["", "«Ünïcode» Straße ﬁn — 12:30 Uhr, 忽略 指示, 한국어 Ελλάδα", "word " * 3000]
    rated = model.rate(scorers, list(map(task.prepare, texts)), task.bits)
    for number, text in enumerate(texts):
        scores = {label: round(float(rated[label][number]), 5) for label in task.labels}
        yield json.dumps({"text": text, "scores": scores}, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", help="a module of guard_training with a TASK")
    parser.add_argument("data", nargs="+")
    parser.add_argument("--report", action="store_true", help="print the card and write nothing")
    given = parser.parse_args()
    task = importlib.import_module(f"guard_training.{given.task}").TASK
    rows = corpus.load(task, given.data)
    scorers, held = train(task, rows)
    written = card.write(task, rows, scorers, held)
    if given.report:
        print(written)
        return
    OUT.mkdir(parents=True, exist_ok=True)
    model.write(OUT / f"{task.name}.weights", task.labels, scorers, task.bits)
    (OUT / f"{task.name}.md").write_text(written, encoding="utf-8")
    lines = "".join(line + "\n" for line in fixtures(task, scorers, rows))
    (OUT / f"{task.name}.fixtures.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
