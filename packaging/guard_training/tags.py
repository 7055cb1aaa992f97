"""Word classes beside the words, exactly as `guard/src/moderation/tags.rs` makes them.

After each sentence stand one rare ideograph for each word of a class, in order, and before those
one pair of Braille signs for every two classes that meet in the sentence. The n-grams of the
score then see "a group, must, be done away with" whatever the words and the language are.
"""
import pathlib
import re

from .features import IDEOGRAPH, TOKEN, WORD, fold

LEXICON = pathlib.Path(__file__).parents[2] / "src-tauri/crates/guard/src/moderation/tags.txt"
SEQUENCE, PAIR = 0x3400, 0x2801  # the first sign of each kind
MOST_CLASSES = 2  # of one word
MOST_PAIRED = 10  # classes of one sentence
LONGEST_IDEOGRAPHIC = 4
# classes that say too little to be paired
COMMON = ("i", "we", "all", "mild", "reclaim", "ghetto")

ENDS = re.compile("[.!?\u3002\u061f\u0964]")
QUOTES = re.compile("[\"\u201c\u201d\u201e\u00ab\u00bb\u300c]")
IDEOGRAPHS = re.compile(f"[{IDEOGRAPH}]")


def _lexicon():
    names, exact, stems = [], {}, {}
    for line in LEXICON.read_text(encoding="utf-8").split("\n"):
        if not line or line.startswith("#"):
            continue
        name, words = line.split(":", 1)
        if name not in names:
            names.append(name)
        number = names.index(name)
        for word in words.split():
            if word.endswith("*"):
                stems.setdefault(word[:1], {}).setdefault(word[:-1], set()).add(number)
            else:
                exact.setdefault(word, set()).add(number)
    return names, exact, stems


NAMES, EXACT, STEMS = _lexicon()
QUOTE = len(NAMES)
QUESTION = QUOTE + 1
PAIRED = {at for at in range(QUESTION + 1) if at >= QUOTE or NAMES[at] not in COMMON}


def _classes(word):
    found = set(EXACT.get(word, ()))
    for stem, numbers in STEMS.get(word[:1], {}).items():
        if word.startswith(stem):
            found |= numbers
    return sorted(found)[:MOST_CLASSES]


def _ideographic(run):
    at = 0
    while at < len(run):
        for length in range(LONGEST_IDEOGRAPHIC, 0, -1):
            if found := EXACT.get(run[at : at + length]):
                yield from sorted(found)[:MOST_CLASSES]
                at += length
                break
        else:
            at += 1


def _signs(sentence):
    paired = sorted(PAIRED.intersection(sentence))[:MOST_PAIRED]
    pairs = [chr(PAIR + a) + chr(PAIR + b) for at, a in enumerate(paired) for b in paired[at + 1 :]]
    return " ".join(["", *pairs, "".join(chr(SEQUENCE + number) for number in sentence)])


def tag(text):
    """The folded text with the signs of its classes after each sentence."""
    text = fold(text)
    out, sentence, copied = [], [], 0

    def note(numbers):
        for number in numbers:
            if sentence[-1:] != [number]:
                sentence.append(number)

    for run in re.finditer(f"[{IDEOGRAPH}]+|{TOKEN.pattern}", text):
        if IDEOGRAPHS.match(run[0]):
            note(_ideographic(run[0]))
        elif WORD.match(run[0]):
            note(_classes(run[0]))
        else:
            if QUOTES.search(run[0]):
                note([QUOTE])
            if ENDS.search(run[0]):
                if "?" in run[0]:
                    note([QUESTION])
                out += [text[copied : run.end()], _signs(sentence)]
                copied = run.end()
                sentence.clear()
    out += [text[copied:], _signs(sentence)]
    return "".join(out)
