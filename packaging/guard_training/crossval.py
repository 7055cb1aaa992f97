"""Scores every text with a model that has not seen its source."""
import collections

import numpy as np

from .model import fit

SMALL = 60  # sources with fewer rows share a fold
SHARED_FOLDS = 3


def folds(rows):
    """For each row its fold: whole sources, the small ones several to a fold."""
    sizes = collections.Counter(row.source for row in rows)
    small = sorted(source for source, size in sizes.items() if size < SMALL)
    large = sorted(source for source, size in sizes.items() if size >= SMALL)
    number = {source: at for at, source in enumerate(large)}
    number |= {source: len(large) + at % SHARED_FOLDS for at, source in enumerate(small)}
    return np.array([number[row.source] for row in rows])


def left_out(task, rows, label, x, owner):
    """The logit of each row by a scorer that was fitted on the other folds."""
    fold_of = folds(rows)
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
        benign = sorted(
            (p for row, p in zip(rows, probabilities) if row.source in limit.sources and row.labels[label] == 0),
            reverse=True,
        )
        if benign:
            lowest = max(lowest, benign[min(int(limit.share * len(benign)), len(benign) - 1)] + 1e-4)
    return min(float(lowest), 0.999)
