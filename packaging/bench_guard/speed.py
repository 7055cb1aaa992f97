"""Speed: criterion's figures for the rules, read from what it leaves in the target folder."""

import json
import pathlib
import subprocess
import sys

from commands import quantile

NS_PER_MS = 1e6


def run(root: pathlib.Path) -> None:
    command = ["cargo", "bench", "--locked", "-p", "cloister-guard", "--bench", "guard"]
    print("bench-guard: criterion", file=sys.stderr)
    done = subprocess.run(command, cwd=root, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise SystemExit("bench-guard: cargo bench failed")


def read(target: pathlib.Path) -> dict:
    """Milliseconds of each benchmark (median, and 99th percentile of samples), and rates."""
    found = target / "criterion"
    return {
        "scan": {path.parent.parent.name: figures(path) for path in news(found / "scan")},
        "stage": {path.parent.parent.name: figures(path) for path in news(found / "stage")},
        "filter_mb_s": {
            "/".join(path.parent.parent.parts[-2:]): rate(path)
            for path in news(found / "filter")
        },
        "hostile": hostile(found / "hostile"),
    }


def news(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(folder.glob("**/new/estimates.json"))


def figures(path: pathlib.Path) -> dict:
    estimate = json.loads(path.read_text())["median"]["point_estimate"]
    sample = json.loads(path.with_name("sample.json").read_text())
    each = [time / count for time, count in zip(sample["times"], sample["iters"], strict=True)]
    return {"p50": estimate / NS_PER_MS, "p99": quantile(each, 0.99) / NS_PER_MS}


def rate(path: pathlib.Path) -> float:
    """Millions of bytes a second."""
    about = json.loads(path.with_name("benchmark.json").read_text())
    size = about["throughput"]["Bytes"]
    return size / 1e6 / (figures(path)["p50"] / 1000)


def hostile(folder: pathlib.Path) -> dict[str, dict[str, float]]:
    """Milliseconds by pattern and bytes."""
    table: dict[str, dict[str, float]] = {}
    for path in news(folder):
        pattern, size = path.parent.parent.parts[-2:]
        table.setdefault(pattern, {})[size] = figures(path)["p50"]
    return {
        name: dict(sorted(row.items(), key=lambda one: int(one[0])))
        for name, row in sorted(table.items())
    }
