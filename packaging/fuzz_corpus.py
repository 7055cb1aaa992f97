"""The corpora of the fuzz targets: fuzz_corpus.py unpack|pack TARGET FOLDER.

A corpus lies in the tree as `tests/fuzz/corpus/TARGET.zip`, hundreds of tiny files in one. `unpack`
adds our own examples to it: the texts of `tests/cases/guard`, for the targets that read text.
"""

import hashlib
import json
import pathlib
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
ARCHIVES = ROOT / "tests" / "fuzz" / "corpus"
CASES = ROOT / "tests" / "cases" / "guard"

# Targets whose input is a text as it stands, and the one whose input is a line of JSON. The input
# of the others is drawn from bytes by `arbitrary`, and cannot be written by hand.
OF_TEXT = ("normalise", "scan")
OF_LINES = ("line",)

# Most inputs of one target, and the most bytes of each: together some 40 kB a target.
MAX_INPUTS = 300
MAX_BYTES = 512

# An archive says the same whenever it is made.
EPOCH = (1980, 1, 1, 0, 0, 0)


def examples(target: str) -> list[bytes]:
    texts = []
    for path in sorted(CASES.glob("*.jsonl")):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        texts += [row.get("text", row.get("answer", "")) for row in rows]
    if target in OF_TEXT:
        return [text.encode() for text in texts]
    if target in OF_LINES:
        return [json.dumps({"id": n, "text": text}).encode() for n, text in enumerate(texts)]
    return []


def unpack(target: str, folder: pathlib.Path) -> None:
    archive = ARCHIVES / f"{target}.zip"
    inputs = examples(target)
    if archive.is_file():
        with zipfile.ZipFile(archive) as opened:
            inputs += [opened.read(name) for name in opened.namelist()]
    for data in inputs:
        # named as libFuzzer names them, so that nothing is there twice
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(target: str, folder: pathlib.Path) -> None:
    """Keeps inputs of every size that fits; examples come back with every `unpack`."""
    known = set(examples(target))
    found = {path.read_bytes() for path in folder.iterdir()} - known
    inputs = sorted((one for one in found if len(one) <= MAX_BYTES), key=lambda one: (len(one), one))
    count = min(MAX_INPUTS, len(inputs))
    kept = [inputs[place * len(inputs) // count] for place in range(count)]
    ARCHIVES.mkdir(exist_ok=True)
    with zipfile.ZipFile(ARCHIVES / f"{target}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for place, data in enumerate(kept):
            name = zipfile.ZipInfo(str(place), EPOCH)
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, data)
    print(f"fuzz-guard: {target}: kept {count} of {len(found)} inputs", file=sys.stderr)


if __name__ == "__main__":
    act, target, folder = sys.argv[1:]
    {"unpack": unpack, "pack": pack}[act](target, pathlib.Path(folder))
