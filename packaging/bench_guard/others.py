"""The other tools: installs each into a throw-away environment and asks it about the same texts."""

import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import commands
import scores
from corpora import Corpus

HERE = pathlib.Path(__file__).parent


@dataclass(frozen=True)
class Tool:
    """A tool behind an adapter, and the one task that it is made for."""

    name: str
    requirements: str
    adapter: tuple[str, ...]
    task: str


TOOLS = (
    Tool("Presidio", "presidio", ("presidio.py",), "pii"),
    # Half of its weakest patterns score below this, and drown what it finds for certain.
    Tool("Presidio ≥ 0.4", "presidio", ("presidio.py", "0.4"), "pii"),
    Tool("DataFog", "datafog", ("datafog.py",), "pii"),
    Tool("DataFog (Rust)", "datafog", ("datafog.py", "rust"), "pii"),
    Tool("prompt-guardrail", "prompt-guardrail", ("prompt_guardrail.py",), "injection"),
    Tool("PromptSafe", "promptsafe", ("promptsafe.py",), "injection"),
)


class Environment:
    """A virtual environment; each set of requirements is installed once, and may fail alone."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.python = folder / "bin" / "python"
        self.failures: dict[str, str | None] = {}
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)

    def install(self, requirements: str) -> str | None:
        """Why it could not be installed; nothing when it could."""
        if requirements not in self.failures:
            print(f"bench-guard: installing {requirements}", file=sys.stderr)
            file = HERE / "requirements" / f"{requirements}.txt"
            # wheels only: nothing of a package runs while it is installed
            command = [str(self.python), "-m", "pip", "install", "--quiet"]
            command += ["--disable-pip-version-check", "--only-binary", ":all:", "-r", str(file)]
            done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
            said = done.stderr.strip().splitlines() or ["pip said nothing"]
            self.failures[requirements] = said[-1] if done.returncode else None
        return self.failures[requirements]


def measure(
    corpus: Corpus,
    environment: Environment,
    messages: dict[int, list[dict]],
    work: pathlib.Path,
) -> dict:
    """What each tool reaches, or why it could not be asked, by its name."""
    return {tool.name: measure_one(tool, corpus, environment, messages, work) for tool in TOOLS}


def measure_one(
    tool: Tool,
    corpus: Corpus,
    environment: Environment,
    messages: dict[int, list[dict]],
    work: pathlib.Path,
) -> dict:
    failure = environment.install(tool.requirements)
    if failure:
        return {"task": tool.task, "failure": f"not installed: {failure}"}
    script, *arguments = tool.adapter
    command = [str(environment.python), str(HERE / "adapters" / script), *arguments]
    print(f"bench-guard: asking {tool.name}", file=sys.stderr)
    try:
        timed = {
            str(chars): scores.times(commands.answers(command, rows))
            for chars, rows in messages.items()
        }
        asked = [*corpus.pii, *corpus.questions] if tool.task == "pii" else corpus.injection
        said = commands.answers(command, asked)
    except commands.CommandFailed as error:
        return {"task": tool.task, "failure": str(error)}
    with tempfile.TemporaryDirectory(dir=work) as folder:
        path = pathlib.Path(folder)
        scorer = scores.Scorer(corpus, path, commands.store(said, path / "answers.jsonl"))
        judge = scores.pii if tool.task == "pii" else scores.injection
        return {"task": tool.task, "ms": timed, "accuracy": judge(corpus, scorer, said)}
