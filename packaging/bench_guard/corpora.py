"""The rows of an evaluation folder, and the selections of them that the table asks about."""

import json
import pathlib
from dataclasses import dataclass, field

# What somebody may ask a help desk: no attack, no personal data, nothing to redirect.
QUESTIONS = ("banking77", "clinc150", "hint3-users")
# Benign text of every day: the questions, questions about a text, and open tasks.
ORDINARY = (*QUESTIONS, "xquad-questions", "mtbench-vicuna")
# Benign text that sounds like an attack or like a harmful request.
LOOK_ALIKES = ("notinject", "xstest-safe")
HATE = ("davidson", "hatecheck", "multilingual-hatecheck", "openai-moderation")
REQUESTS = ("advbench", "harmbench", "catqa", "xstest")
OBFUSCATED = "derived-obfuscated"

FOLDERS = ("pii", "injection", "benign", "toxicity")


@dataclass
class Corpus:
    """The development rows of a folder, by task and source, in the order of the files."""

    folder: pathlib.Path
    sources: dict[str, list[dict]] = field(default_factory=dict)
    folders: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: pathlib.Path, limit: int) -> "Corpus":
        corpus = cls(folder)
        for task in FOLDERS:
            names = []
            for path in sorted((folder / task).glob("dev-*.jsonl")):
                name = path.stem.removeprefix("dev-")
                lines = path.read_text(encoding="utf-8").split("\n")
                rows = [json.loads(line) for line in lines if line.strip()]
                corpus.sources[name] = rows[:limit] if limit else rows
                names.append(name)
            corpus.folders[task] = names
        return corpus

    def rows(self, *names: str) -> list[dict]:
        return [row for name in names for row in self.sources.get(name, ())]

    @property
    def pii(self) -> list[dict]:
        return self.rows(*self.folders["pii"])

    @property
    def questions(self) -> list[dict]:
        return self.rows(*QUESTIONS)

    @property
    def ordinary(self) -> list[dict]:
        return self.rows(*ORDINARY)

    @property
    def attacks(self) -> list[dict]:
        """Every attack as its source wrote it."""
        names = (name for name in self.folders["injection"] if name != OBFUSCATED)
        return [row for row in self.rows(*names) if row["label"] == "attack"]

    def obfuscated(self, label: str) -> list[dict]:
        return [row for row in self.rows(OBFUSCATED) if row["label"] == label]

    @property
    def look_alikes(self) -> list[dict]:
        return self.rows(*LOOK_ALIKES)

    @property
    def requests(self) -> list[dict]:
        """Requests for something harmful; the safe rows among them are look-alikes."""
        return [row for row in self.rows(*REQUESTS) if row["labels"]]

    @property
    def injection(self) -> list[dict]:
        """Everything that a detector of injections is asked about."""
        return self.rows(*self.folders["injection"], *self.folders["benign"])

    @property
    def everything(self) -> list[dict]:
        return self.rows(*self.sources)

    def messages(self, chars: int, count: int) -> list[dict]:
        """Texts cut to `chars` characters, evenly from every task, to time a tool on."""
        fit = [row for row in self.everything if len(row["text"]) >= chars]
        step = max(1, len(fit) // count)
        return [
            {"id": f"{chars}-{number}", "text": row["text"][:chars]}
            for number, row in enumerate(fit[::step][:count])
        ]
