"""PromptSafe: patterns and key words for injections; its score of 0 to 100 as 0 to 1."""

import sys

# This file's own name must not hide the package.
sys.path.append(sys.path.pop(0))

import promptsafe  # noqa: E402
from protocol import Verdict, serve  # noqa: E402


def look(text: str) -> Verdict:
    said = promptsafe.scan(text, log=False)
    return Verdict(flagged=not said["isSafe"], score=said["score"] / 100)


if __name__ == "__main__":
    serve(look)
