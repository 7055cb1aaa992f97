"""Texts of our own: seeds in `texts/TASK/*.txt`, one a line, with slots that are filled in turn.

A line `# source=own-attack label=1 kind=override lang=en` says what the lines below it are; `label`
names what holds, with commas between, or is 0; `weight` makes its texts count more than once. `{name}` stands for one of the words of the line
`name = this | that` of the same file, `\\n` for a line end; other lines that begin with `#` say nothing.
"""
import pathlib
import random
import re

HERE = pathlib.Path(__file__).parent / "texts"
SLOT = re.compile(r"\{([a-z_]+)\}")
DEFINITION = re.compile(r"([a-z_]+) = (.*)")
# texts from a seed that has slots, where its heading does not say `fillings=`
FILLINGS = {"injection": 4, "moderation": 3}


def read(task):
    """(text, fields of its heading) for every filling of every seed."""
    for file in sorted((HERE / task).glob("*.txt")):
        lines, heading = file.read_text(encoding="utf-8").split("\n"), {}
        slots = {found[1]: found[2].split(" | ") for found in map(DEFINITION.fullmatch, lines) if found}
        for line in lines:
            if line.startswith("# source="):
                heading = dict(part.split("=", 1) for part in line[2:].split())
            elif DEFINITION.fullmatch(line):
                continue
            elif line.strip() and not line.startswith("#"):
                for text in fill(line, slots, int(heading.get("fillings", FILLINGS[task]))):
                    yield text.replace("\\n", "\n"), heading


def fill(seed, slots, fillings):
    """The seed with its slots filled, so many times, with different words."""
    if not SLOT.search(seed):
        return [seed]
    rng = random.Random(seed)
    texts = set()
    for _ in range(fillings):
        text = seed
        for _ in range(3):  # a filling may hold slots
            text = SLOT.sub(lambda slot: rng.choice(slots.get(slot[1], [slot[0]])), text)
        texts.add(text)
    return sorted(texts)
