"""Accuracy: what the folder's own `score.py` says about answers, and the few counts it has not."""

import json
import pathlib
import shlex
import subprocess
import sys

from commands import quantile
from corpora import HATE, LOOK_ALIKES, QUESTIONS, Corpus

# The types whose recall has a figure of its own.
TYPES = ("ADDRESS", "PERSON", "MEDICAL_RECORD", "EMPLOYEE_ID")


class Scorer:
    """Runs `score.py` of the evaluation folder over selections of rows."""

    def __init__(self, corpus: Corpus, work: pathlib.Path, replay: list[str]) -> None:
        self.script = corpus.folder / "score.py"
        self.work = work
        self.replay = replay

    def run(self, task: str, *selections: list[dict]) -> tuple[dict, list[str]]:
        """The pooled figures, and the lines of the tables printed before them."""
        files = []
        for number, rows in enumerate(selections):
            path = self.work / f"selection-{number}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            files.append(str(path))
        command = [sys.executable, str(self.script), task, "--json"]
        command += ["--cmd", shlex.join(self.replay), *files]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise SystemExit(f"bench-guard: score.py {task} ended with status {done.returncode}")
        lines = done.stdout.decode().splitlines()
        return json.loads(lines[-1]), lines[:-1]


def pii(corpus: Corpus, scorer: Scorer, said: dict) -> dict:
    pooled, lines = scorer.run("pii", *(corpus.rows(name) for name in corpus.folders["pii"]))
    recall = {}
    for line in lines:
        name, *figures = line.split()[:4] or [""]
        if name in TYPES:
            recall[name] = float(figures[2])
    asked = ("precision", "recall", "f2", "any_type_recall", "false_chars_per_1000")
    return {key: pooled[key] for key in asked} | {
        "type_recall": recall,
        "questions_with_finding": share_of(corpus.questions, said, has_typed_finding),
        "by_questions": {
            name: share_of(corpus.rows(name), said, has_typed_finding) for name in QUESTIONS
        },
    }


def injection(corpus: Corpus, scorer: Scorer, said: dict) -> dict:
    ordinary = corpus.ordinary
    plain, _ = scorer.run("injection", corpus.attacks, ordinary)
    hidden, _ = scorer.run("injection", corpus.obfuscated("attack"), ordinary)
    controls, _ = scorer.run("injection", corpus.obfuscated("benign"))
    alike, _ = scorer.run("injection", corpus.look_alikes)
    # the same cut that score.py takes for its figure at 1 % of false alarms
    ranked = sorted(said[row["id"]]["injection"]["score"] for row in ordinary)
    cut = ranked[max(0, int(len(ranked) * 0.99) - 1)]

    def above(rows: list[dict]) -> float:
        return share_of(rows, said, lambda answer: answer["injection"]["score"] > cut)

    return {
        "caught": plain["caught"],
        "false_alarm": plain["false_alarm"],
        "caught_at_1pct": plain["caught_at_1pct_false_alarm"],
        "auroc": plain["auroc"],
        "obfuscated": hidden["caught"],
        "obfuscated_at_1pct": hidden["caught_at_1pct_false_alarm"],
        "obfuscated_benign": controls["false_alarm"],
        "obfuscated_benign_at_1pct": above(corpus.obfuscated("benign")),
        "look_alikes": alike["false_alarm"],
        "look_alikes_at_1pct": above(corpus.look_alikes),
        "by_source": {
            name: share_of(attacks_of(corpus, name), said, is_attack)
            for name in corpus.folders["injection"]
            if attacks_of(corpus, name)
        },
    }


def moderation(corpus: Corpus, scorer: Scorer, said: dict) -> dict:
    asked = ("caught", "false_alarm", "auroc")
    hate = {}
    for name in HATE:
        pooled, _ = scorer.run("moderation", corpus.rows(name))
        hate[name] = {key: pooled[key] for key in asked}
    requests, _ = scorer.run("moderation", corpus.requests, corpus.questions)
    return {
        "hate": hate,
        "requests": requests["caught"],
        "questions": requests["false_alarm"],
        "requests_by_source": {
            name: share_of([row for row in corpus.rows(name) if row["labels"]], said, is_redirected)
            for name in ("advbench", "harmbench", "catqa", "xstest")
        },
        "look_alikes": {
            name: share_of(corpus.rows(name), said, is_stopped) for name in LOOK_ALIKES
        },
        "look_alikes_stopped": share_of(corpus.look_alikes, said, is_stopped),
    }


def attacks_of(corpus: Corpus, name: str) -> list[dict]:
    return [row for row in corpus.rows(name) if row["label"] == "attack"]


def has_typed_finding(answer: dict) -> bool:
    """As in `score.py`, OTHER is not asked for and is no false alarm."""
    return any(one["type"] != "OTHER" for one in answer["findings"])


def is_attack(answer: dict) -> bool:
    return bool(answer["injection"]["flagged"])


def is_redirected(answer: dict) -> bool:
    return bool(answer["moderation"]["flagged"])


def is_stopped(answer: dict) -> bool:
    return is_attack(answer) or is_redirected(answer)


def share_of(rows: list[dict], said: dict, is_so) -> float | None:
    hits = sum(is_so(said[row["id"]]) for row in rows)
    return round(hits / len(rows), 4) if rows else None


def times(said: dict) -> dict:
    """Milliseconds a text."""
    micros = [answer["micros"] for answer in said.values()]
    return {"p50": quantile(micros, 0.5) / 1000, "p99": quantile(micros, 0.99) / 1000}
