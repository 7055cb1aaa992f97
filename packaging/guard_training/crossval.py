"""Scores every text with a model that has not seen it, or has not seen its source."""
import collections
import hashlib
import re

import numpy as np

from .model import fit

SMALL = 60  # sources with fewer rows share a fold
SHARED_FOLDS = 3


def source_folds(task, rows, label):
    """For each row its fold: whole sources; small ones, and those of one side, several to a fold."""
    sizes = collections.Counter(row.source for row in rows)
    positive = {row.source for row in rows if row.labels[label]}
    large = sorted(source for source in positive if sizes[source] >= SMALL)
    shared = sorted(set(sizes) - set(large))
    number = {source: at for at, source in enumerate(large)}
    number |= {source: len(large) + at % SHARED_FOLDS for at, source in enumerate(shared)}
    return np.array([number[row.source] for row in rows])


def text_folds(task, rows, label):
    """For each row its fold: texts that differ in their first letters are divided by chance."""
    return np.array([_chance(re.sub(r"[\W\d_]+", "", row.text.lower())[:160], task.text_folds) for row in rows])


def _chance(key, folds):
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % folds


FOLDS = {"source": source_folds, "text": text_folds}


def left_out(task, rows, label, x, owner, folds="source"):
    """The logit of each row by a scorer that was fitted on the other folds."""
    fold_of = FOLDS[folds](task, rows, label)
    logits = np.full(len(rows), np.nan)
    learns = np.array([row.source not in task.measured_only for row in rows])
    for fold in range(fold_of.max() + 1):
        out = fold_of == fold
        train = np.flatnonzero(~out & learns)
        scorer = fit_on(task, rows, label, x, owner, train)
        number = np.cumsum(out) - 1
        window = out[owner]
        logits[out] = scorer.logits(x[window], number[owner[window]], int(out.sum()))
    return logits


def fit_on(task, rows, label, x, owner, chosen):
    """A scorer fitted on the rows with the numbers `chosen`, which ascend."""
    number = np.full(len(rows), -1)
    number[chosen] = np.arange(len(chosen))
    window = number[owner] >= 0
    return fit([rows[at] for at in chosen], label, x[window], number[owner[window]], task.strength)


def threshold(limits, rows, label, probabilities):
    """The lowest probability that keeps every limit on false alarms."""
    lowest = 0.5
    for limit in limits:
        if limit.label not in ("", label):
            continue
        benign = sorted(
            (p for row, p in zip(rows, probabilities) if row.source in limit.sources and row.labels[label] == 0),
            reverse=True,
        )
        if benign:
            lowest = max(lowest, benign[min(int(limit.share * len(benign)), len(benign) - 1)] + 1e-4)
    return min(float(lowest), 0.999)
