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

# Most bytes of one target's inputs, before they are packed.
MAX_BYTES = 48 * 1024

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
    """Keeps the smallest inputs that fit; examples come back with every `unpack`."""
    known = set(examples(target))
    inputs = sorted((path.read_bytes() for path in folder.iterdir()), key=lambda data: (len(data), data))
    ARCHIVES.mkdir(exist_ok=True)
    kept = total = 0
    with zipfile.ZipFile(ARCHIVES / f"{target}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for data in inputs:
            if data in known or total + len(data) > MAX_BYTES:
                continue
            name = zipfile.ZipInfo(hashlib.sha1(data).hexdigest(), EPOCH)
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, data)
            kept += 1
            total += len(data)
    print(f"fuzz-guard: {target}: kept {kept} of {len(inputs)} inputs, {total} bytes", file=sys.stderr)


if __name__ == "__main__":
    act, target, folder = sys.argv[1:]
    {"unpack": unpack, "pack": pack}[act](target, pathlib.Path(folder))
