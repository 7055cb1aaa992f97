"""What every adapter shares: JSON Lines {"id","text"} in, the contract's answer a line out.

An adapter hands `serve` one function from a text to a `Verdict`. The time that it takes is measured
around that call alone, so that reading and writing lines is not charged to the tool.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Verdict:
    """What a tool says about one text. Spans are in code points."""

    findings: list[dict] = field(default_factory=list)
    flagged: bool = False
    score: float = 0.0


def finding(start: int, end: int, kind: str, rule: str, score: float) -> dict:
    return {"start": start, "end": end, "type": kind, "rule": rule, "score": score}


def serve(look: Callable[[str], Verdict]) -> None:
    # Whatever a tool prints must not end up between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    look("The first text pays for what a tool loads lazily: ann@example.org, 4 May.")
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        row = json.loads(line)
        began = time.perf_counter_ns()
        verdict = look(row["text"])
        micros = (time.perf_counter_ns() - began) / 1000
        answer = {
            "id": row["id"],
            "action": "block" if verdict.flagged else "redact" if verdict.findings else "allow",
            "findings": verdict.findings,
            "injection": {"flagged": verdict.flagged, "score": verdict.score, "rules": []},
            "moderation": {"flagged": False, "score": 0.0, "labels": []},
            "micros": round(micros, 1),
        }
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
