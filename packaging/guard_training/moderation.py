"""The moderation scores: abuse, hate, sexual content, violence, self-harm, requests for crimes."""
import zlib

from . import tags, texts
from .corpus import Limit, Row, Task

LABELS = ["abuse", "hate", "sexual", "violence", "self_harm", "illegal"]
CLEAN = dict.fromkeys(LABELS, 0)
UNKNOWN = dict.fromkeys(LABELS)

ORDINARY = ("banking77", "clinc150", "hint3-users", "mtbench-vicuna", "xquad-questions", "covid-faq")
WEB = ("openai-moderation-a", "openai-moderation-b", "davidson-a", "davidson-b")
# The only sources of their kind: each is scored by a model that has seen its other half.
HALVED = ("openai-moderation", "davidson")
LOOK_ALIKE = ("notinject", "xstest-safe", "xstest")
CASES = ("hatecheck", "multilingual-hatecheck")

# What the labels of a source are here; None: another label's words, which say nothing of these.
NAMES = {"harassment": "abuse", "self-harm": "self_harm", "sexual": "sexual", "hate": "hate", "violence": "violence"}

# Labels that overlap with one of ours, so that its texts say nothing about them.
NEAR = {
    "abuse": ("hate",),
    "hate": ("abuse", "violence"),
    "sexual": ("abuse", "illegal"),
    "violence": ("abuse", "illegal"),
    "self_harm": ("illegal",),
    "illegal": ("hate", "sexual", "violence", "self_harm"),
}

LOOK_ALIKE_WEIGHT = 4.0  # of a harmless text of our own

LICENCES = {
    "advbench": "MIT",
    "banking77": "CC BY 4.0",
    "bastioncorpus": "MIT",
    "bipia": "MIT; contexts partly CC BY-SA",
    "catqa": "Apache-2.0",
    "catqa-vi": "Apache-2.0",
    "clinc150": "CC BY 3.0",
    "covid-faq": "MIT",
    "davidson-a": "MIT",
    "davidson-b": "MIT",
    "harmbench": "MIT",
    "hatecheck": "CC BY 4.0",
    "hint3-users": "ODbL 1.0",
    "mtbench-vicuna": "Apache-2.0",
    "multilingual-hatecheck": "CC BY 4.0",
    "notinject": "MIT",
    "openai-moderation-a": "MIT",
    "openai-moderation-b": "MIT",
    "s-labs": "MIT",
    "xquad-questions": "CC BY-SA 4.0",
    "xstest": "CC BY 4.0",
    "xstest-safe": "CC BY 4.0",
}


def read(row):
    """A row of a toxicity or benign file, or a real user's question of the retrieval sets."""
    source, kind, lang = row.get("source", ""), row.get("kind", ""), row.get("lang", "en")
    if not source and row["id"].startswith("covid-faq") and "relevant" in row and "origin" not in row:
        source = "covid-faq"
    if source == "catqa" and lang == "vi":
        source = "catqa-vi"  # Vietnamese is not among the languages that are learned
    labels = judge(row, source, kind)
    if source in HALVED:
        source += ("-a", "-b")[zlib.crc32(row["text"].encode()) % 2]
    return labels and Row(row["text"], labels, source, lang, kind)


def judge(row, source, kind):
    """Which labels hold, which do not, and which are unknown; None leaves the row out."""
    if source.startswith("derived") or source in ("", "wildguard-benign"):
        return None  # encodings of other rows; benign as to injection only
    given = row.get("labels")
    if given is None:
        return CLEAN if row.get("label") == "benign" or source == "covid-faq" else None
    if not given:
        # hostile to a person or to a group that needs no protection: no hate, and yet abuse
        hostile = kind in ("target_indiv_nh", "target_group_nh")
        return CLEAN | {"abuse": None, "violence": None} if hostile else CLEAN
    if source == "davidson":
        return UNKNOWN | {"abuse": 1, "illegal": 0, "self_harm": 0} | ({"hate": 1} if "hate" in given else {})
    if source.endswith("hatecheck"):
        return UNKNOWN | {"hate": 1, "sexual": 0, "self_harm": 0, "illegal": 0}
    if source == "openai-moderation":
        return UNKNOWN | {"illegal": 0} | {NAMES[one]: 1 for one in given if one in NAMES}
    if kind.startswith("copyright") or kind == "catqa/Tailored Financial Advice":
        return None  # neither is a matter of this guard: a bank answers questions about taxes
    return UNKNOWN | {"illegal": 1}


def own():
    """Statements and requests of our own, and harmless ones in the same frames."""
    for text, heading in texts.read("moderation"):
        label = heading["label"]
        labels = CLEAN if label == "0" else CLEAN | dict.fromkeys(NEAR[label]) | {label: 1}
        # look-alikes are few beside ordinary questions, and it is they that must not be flagged
        yield Row(text, labels, heading["source"], heading["lang"], weight=LOOK_ALIKE_WEIGHT if label == "0" else 1.0)


def limits(ordinary, web, look_alike, cases):
    """Shares of false alarms: requests for crimes take most of it, the other labels a little."""
    return [
        Limit(ORDINARY, ordinary, "illegal"),
        Limit(LOOK_ALIKE, look_alike, "illegal"),
        *(Limit(ORDINARY, ordinary / 4, label) for label in LABELS if label != "illegal"),
        Limit(ORDINARY, ordinary / 10, "self_harm"),
        *(Limit(LOOK_ALIKE, look_alike * 2 / 3, label) for label in LABELS if label != "illegal"),
        *(Limit(WEB, web if label in ("abuse", "hate") else web / 2, label) for label in LABELS),
        Limit(CASES, cases, "hate"),
        Limit(CASES, cases / 2, "abuse"),
    ]


TASK = Task(
    name="moderation",
    labels=LABELS,
    read=read,
    own=own,
    limits={
        "kiosk": limits(0.020, 0.06, 0.04, 0.35),
        "office": limits(0.014, 0.045, 0.025, 0.30),
        "health": limits(0.010, 0.040, 0.02, 0.30),
    },
    bits=18,
    strength=4.0,
    measured_only=("hint3-users", "xquad-questions", "catqa-vi"),
    licences=LICENCES,
    caveats=(
        "A crowd calls much offensive that is only coarse; the score of abuse learned that, too.",
        "Questions on finance and requests for song texts were left out of what is harmful.",
        "Irony, dog whistles and hatred without a word of it are not seen.",
        "Vietnamese and other languages without texts of their own are hardly covered.",
    ),
    prepare=tags.tag,
)
