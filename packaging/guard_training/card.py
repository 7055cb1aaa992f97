"""The model card: what a model learned from, how, and what it reaches on sources that it did not see."""
import collections

import numpy as np

from .model import PROFILES


def write(task, rows, scorers, held):
    """The card as Markdown."""
    parts = [f"# {task.name.capitalize()} score\n", _method(task), _thresholds(task, scorers, held)]
    parts += [_figures(label, scorers[label], *held[label]) for label in task.labels]
    parts += [_data(task, rows), _limits(task)]
    return "\n".join(parts)


def _method(task):
    return (
        "Written by `packaging/train_guard.py`; do not edit. Logistic regression on hashed word 1- to"
        " 3-grams and character 3- to 5-grams of the folded text, one window of about 1,200"
        " characters at a time; the strongest window counts. Weights are int8 with one scale for"
        f" word and one for character grams, 2^{task.bits} of them a label. A source weighs by the"
        " root of its size. Probabilities are calibrated (Platt), as if both sides were equally"
        f" frequent, on scores by models that had not seen the {task.set_on}"
        f"{' of the text' if task.set_on == 'source' else ''}.\n"
    )


def _thresholds(task, scorers, held):
    lines = [
        "## Thresholds\n",
        "In brackets what is caught, and falsely flagged, of the published texts in the part left out."
        f" The texts are in {task.text_folds} parts.\n",
        "| label | " + " | ".join(PROFILES) + " |",
        "| --- |" + " --- |" * len(PROFILES),
    ]
    for label in task.labels:
        rows, left_out = held[label]
        published = np.array([not row.source.startswith("own") for row in rows])
        wanted = np.array([row.labels[label] == 1 for row in rows])
        cells = []
        for value in scorers[label].thresholds:
            flagged = left_out["text"] >= value
            caught, wrong = flagged[published & wanted].mean(), flagged[published & ~wanted].mean()
            cells.append(f"{value:.3f} ({caught:.2f}, {wrong:.4f})")
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _figures(label, scorer, rows, left_out):
    """Shares above the office threshold by source, the text or its whole source being left out."""
    at = scorer.thresholds[1]
    counts = collections.defaultdict(lambda: np.zeros(6))
    for row, by_source, by_text in zip(rows, left_out["source"], left_out["text"]):
        side = 0 if row.labels[label] else 3
        counts[row.source][side : side + 3] += (1, by_source >= at, by_text >= at)
    lines = [
        f"## {label}: flagged at the office threshold\n",
        "By a model without the source, and by one without that part of the texts.\n",
        "| source | positive | source out | text out | negative | source out | text out |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for source, c in [*sorted(counts.items()), ("all", sum(counts.values()))]:
        cells = [f"{c[0]:.0f}", *(f"{n / c[0]:.3f}" for n in c[1:3])] if c[0] else [""] * 3
        cells += [f"{c[3]:.0f}", *(f"{n / c[3]:.4f}" for n in c[4:6])] if c[3] else [""] * 3
        lines.append(f"| {source} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _data(task, rows):
    counts = collections.Counter(row.source for row in rows)
    lines = ["## Data\n", "| source | texts | licence | use |", "| --- | --- | --- | --- |"]
    for source, count in sorted(counts.items()):
        use = "measured only" if source in task.measured_only else "learned from"
        licence = "ours" if source.startswith("own") else task.licences.get(source, "see its source")
        lines.append(f"| {source} | {count} | {licence} | {use} |")
    return "\n".join(lines) + "\n"


def _limits(task):
    return "## Limits\n\n" + "\n".join(f"- {limit}" for limit in task.caveats) + "\n"
