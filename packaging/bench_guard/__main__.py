"""Measures the guard and other tools, and writes docs/benchmarks: see packaging/bench-guard.sh."""

import argparse
import datetime
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import commands
import others
import report
import scores
import speed
from corpora import Corpus

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = ROOT / "docs" / "benchmarks"

# Characters of the messages that are timed, and how many of each.
MESSAGES = (60, 300)
COUNT = 400


def main() -> None:
    arguments = parse()
    corpus = Corpus.read(arguments.evals, arguments.limit)
    command = [*shlex.split(arguments.cloister), "guard", "scan", "--jsonl"]
    if arguments.driver:
        command = shlex.split(arguments.driver)
    messages = {chars: corpus.messages(chars, COUNT) for chars in MESSAGES}
    results = report.load(DOCUMENTS)
    parts = [arguments.only] if arguments.only else ["accuracy", "speed", "tools"]
    with tempfile.TemporaryDirectory(prefix="bench-guard-") as folder:
        work = pathlib.Path(folder)
        # the timed parts first, while nothing else has warmed the machine
        if "speed" in parts:
            results["speed"] = stamp(arguments, command) | measure_speed(command, messages)
        if "tools" in parts:
            results["tools"] = stamp(arguments, command) | measure_tools(
                arguments, corpus, command, messages, work
            )
        if "accuracy" in parts:
            results["accuracy"] = stamp(arguments, command) | measure_accuracy(
                corpus, command, work
            )
    print(report.write(DOCUMENTS, results))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-guard", description=__doc__)
    parser.add_argument("evals", type=pathlib.Path)
    parser.add_argument("--only", choices=["accuracy", "speed", "tools"])
    parser.add_argument("--cloister", required=True, help="the program to measure")
    parser.add_argument("--driver", help="measure this command instead: it reads JSON Lines")
    parser.add_argument("--environment", type=pathlib.Path, help="keep the tools in this folder")
    parser.add_argument("--limit", type=int, default=0, help="rows of each file, to try it out")
    return parser.parse_args()


def measure_speed(command: list[str], messages: dict[int, list[dict]]) -> dict:
    speed.run(ROOT)
    whole = {
        str(chars): scores.times(commands.answers(command, rows))
        for chars, rows in messages.items()
    }
    return {"rules": speed.read(target()), "whole": whole}


def measure_tools(
    arguments: argparse.Namespace,
    corpus: Corpus,
    command: list[str],
    messages: dict[int, list[dict]],
    work: pathlib.Path,
) -> dict:
    environment = others.Environment(arguments.environment or work / "environment")
    ours = {
        str(chars): scores.times(commands.answers(command, rows))
        for chars, rows in messages.items()
    }
    return {
        "ours_ms": ours,
        "messages": {str(chars): len(rows) for chars, rows in messages.items()},
        "by_tool": others.measure(corpus, environment, messages, work),
    }


def measure_accuracy(corpus: Corpus, command: list[str], work: pathlib.Path) -> dict:
    print("bench-guard: asking the guard", file=sys.stderr)
    said = commands.answers(command, corpus.everything)
    scorer = scores.Scorer(corpus, work, commands.store(said, work / "answers.jsonl"))
    return {
        "pii": scores.pii(corpus, scorer, said),
        "injection": scores.injection(corpus, scorer, said),
        "moderation": scores.moderation(corpus, scorer, said),
    }


def target() -> pathlib.Path:
    """Where cargo builds, whatever sets it."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return pathlib.Path(json.loads(done.stdout)["target_directory"])


def has_tagger(command: list[str]) -> bool:
    """The program says on standard error when rules find names alone."""
    done = subprocess.run(command, input=b"", capture_output=True, check=False)
    return b"by rules alone" not in done.stderr


def stamp(arguments: argparse.Namespace, command: list[str]) -> dict:
    only = f" ONLY={arguments.only}" if arguments.only else ""
    cpu = "an unnamed processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
    return {
        "stamp": {
            "date": datetime.date.today().isoformat(),
            "commit": commit(),
            "cores": os.cpu_count(),
            "cpu": cpu,
            "load": os.getloadavg()[0],
            "tagger": not arguments.driver and has_tagger(command),
            "command": f"make bench-guard EVALS=DIR{only}",
        }
    }


def commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode().strip()

    # what this very program writes is no change of what it measures
    changed = git("status", "--porcelain", "--", ".", ":!docs/benchmarks")
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


if __name__ == "__main__":
    main()
