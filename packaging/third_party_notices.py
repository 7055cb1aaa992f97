"""Prints THIRD-PARTY.md: everything by others that ships in Cloister, and under which terms.

Reads `cargo metadata`, the sources that cargo keeps, `ui/package-lock.json`, `ui/node_modules` and
`models/models.toml`. Where a package offers a choice of licences, the first of PREFERENCE is taken,
so that the long texts appear once.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PREFERENCE = [
    "Apache-2.0", "MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Zlib", "0BSD", "Unicode-3.0",
    "BSL-1.0", "Unlicense", "CC0-1.0", "PSF-2.0", "OFL-1.1", "MPL-2.0",
]
# Built from source by a build script, so not among the packages that the binary links by name.
BUNDLED_BY_BUILD = {"openssl-src"}
# Published without a licence in the metadata; checked by hand in their repositories.
KNOWN = {"svelte-toolbelt": "MIT"}

# Heading for the terms of sources by others within a package.
BUNDLED = "Sources bundled in"

INTRODUCTION = """\
# Third-party notices

Written by `make notices`; do not edit. What follows ships inside Cloister or beside it. Libraries
of the operating system (GTK, WebKitGTK, the C and C++ runtimes) are linked when the program starts
and are not part of it. Packages under the MPL-2.0 are used unchanged; their source is at the
address given.
"""

MIT_TERMS = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and \
associated documentation files (the "Software"), to deal in the Software without restriction, \
including without limitation the rights to use, copy, modify, merge, publish, distribute, \
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is \
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or \
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT \
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND \
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, \
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT \
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


class Package:
    """One shipped package: where it is, and the licences chosen for it."""

    def __init__(self, name: str, version: str, terms: str, home: str, folder: pathlib.Path,
                 authors: str) -> None:
        self.name, self.version, self.home, self.folder = name, version, home, folder
        self.authors = authors
        self.chosen = choose(terms, name)

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}"

    def files(self) -> list[pathlib.Path]:
        """The package's own licence files."""
        wanted = re.compile(r"(?i)(licen[cs]e|copying|unlicense)")
        return [f for f in sorted(self.folder.iterdir()) if f.is_file() and wanted.match(f.name)]

    def bundled(self) -> list[pathlib.Path]:
        """Licence files of foreign source trees within: llama.cpp, SQLCipher, OpenSSL."""
        found = sorted(self.folder.glob("*/LICENSE*"))
        return [f for f in found if f.is_file() and "test" not in f.parent.name]


def choose(terms: str, name: str) -> list[str]:
    """One licence for each part that an SPDX expression joins by AND."""
    chosen = []
    for part in re.split(r"\s+AND\s+", terms.replace("/", " OR ")):
        options = [o.strip() for o in part.strip("() ").split(" OR ")]
        known = [p for p in PREFERENCE if p in options]
        if not known:
            raise SystemExit(f"notices: no known licence for {name} in {terms!r}")
        chosen.append(known[0])
    return chosen


def crates() -> list[Package]:
    command = ["cargo", "metadata", "--format-version", "1"]
    command += ["--filter-platform", "x86_64-unknown-linux-gnu"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout
    data = json.loads(output)
    packages = {package["id"]: package for package in data["packages"]}
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    ends = [i for i, package in packages.items() if package["name"] == "cloister"]
    seen = set()
    while ends:
        current = ends.pop()
        if current in seen:
            continue
        seen.add(current)
        for dep in nodes[current]["deps"]:
            linked = any(kind["kind"] is None for kind in dep["dep_kinds"])
            if linked or packages[dep["pkg"]]["name"] in BUNDLED_BY_BUILD:
                ends.append(dep["pkg"])
    found = []
    for package in (packages[i] for i in seen):
        if package["source"] is None:
            continue
        found.append(Package(
            package["name"], package["version"], package["license"] or "",
            package["repository"] or "", pathlib.Path(package["manifest_path"]).parent,
            ", ".join(re.sub(r"\s*<[^>]*>", "", author) for author in package["authors"]),
        ))
    return sorted(found, key=lambda p: (p.name, p.version))


def node_packages() -> list[Package]:
    lock = json.loads((ROOT / "ui/package-lock.json").read_text(encoding="utf-8"))
    found = []
    for path, entry in sorted(lock["packages"].items()):
        folder = ROOT / "ui" / path
        if not path or entry.get("dev") or not folder.is_dir():
            continue
        name = path.rpartition("node_modules/")[2]
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        author = about.get("author") or ""
        home = about.get("repository") or ""
        found.append(Package(
            name, entry["version"], entry.get("license") or KNOWN.get(name, ""),
            home if isinstance(home, str) else home.get("url", ""), folder,
            author if isinstance(author, str) else author.get("name", ""),
        ))
    return found


def texts(package: Package, licence: str) -> list[str]:
    """The texts that one licence asks to be passed on, as the package states them."""
    files = package.files()
    short = licence.split("-")[0].lower()
    named = [f for f in files if short in f.name.lower()]
    plain = [f for f in files if re.fullmatch(r"(?i)(licen[cs]e|copying)(\.(txt|md))?", f.name)]
    found = [read(f) for f in (named or plain or files)]
    if licence == "MIT" and not found:
        owner = package.authors or f"the authors of {package.name}"
        found = [f"Copyright (c) {owner}\n\n{MIT_TERMS}"]
    return found


def read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def split(text: str) -> tuple[tuple[str, ...], str]:
    """Copyright lines, and the rest as paragraphs whose wrapping no longer matters."""
    text = re.sub(r"[\u200b-\u200f\ufeff\x0c]", "", text.replace("\r", ""))
    lines = [line.strip() for line in text.split("\n")]
    notice = re.compile(r"^(Portions |All )?Copyright\b(?! (notice|license))|^©|^\([cC]\) \d")
    copyrights = tuple(dict.fromkeys(line for line in lines if notice.match(line)))
    rest = "\n".join(line for line in lines if line not in copyrights)
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", rest)]
    return copyrights, "\n\n".join(part for part in paragraphs if part)


def gather(packages: list[Package]) -> tuple[dict, list[tuple[str, str]]]:
    """Licence bodies with the copyright lines under each, and NOTICE files."""
    bodies: dict = collections.defaultdict(lambda: collections.defaultdict(list))
    notices = []
    for package in packages:
        for notice in sorted(package.folder.glob("NOTICE*")):
            notices.append((package.label, read(notice).strip()))
        found = [(BUNDLED, read(file)) for file in package.bundled()]
        # One copy of the Apache text serves all.
        for licence in (chosen for chosen in package.chosen if chosen != "Apache-2.0"):
            found += [(licence, text) for text in texts(package, licence)]
        for licence, text in found:
            copyrights, body = split(text)
            # "MIT License" above the terms, or not: the same terms.
            body = re.sub(r"^#*\s*(The )?MIT License( \(MIT\))?\n\n", "", body)
            bodies[(licence, body)][copyrights].append(package.label)
    return bodies, notices


def table(packages: list[Package]) -> str:
    rows = ["| package | licence | source |", "| --- | --- | --- |"]
    for package in packages:
        home = package.home.removeprefix("git+").removesuffix(".git")
        rows.append(f"| {package.label} | {' and '.join(package.chosen)} | {home} |")
    return "\n".join(rows)


NAME_LISTS = (
    "The lists of names that the guard carries are drawn from the United States census of 1990"
    " (public domain, as packaged in the Python package names 0.3.0, MIT) and from Cloister's own"
    " additions; names that are also ordinary words were taken out."
    "\n\nThe lengths and first digits of each country's telephone numbers are read off the metadata of"
    " libphonenumber 9.0.33 (Google and contributors, Apache-2.0). The table of letter pairs that tells"
    " language from chance is counted over the word frequencies of wordfreq (Robyn Speer, data CC"
    " BY-SA 4.0); no word of it is in the program. What the learned scores were trained on stands, with"
    " its licences, in models/guard/injection.md and models/guard/moderation.md."
)


def models() -> str:
    manifest = tomllib.loads((ROOT / "models/models.toml").read_text(encoding="utf-8"))
    rows = ["| model | licence | file |", "| --- | --- | --- |"]
    rows += [f"| {m['name']} | {m['licence']} | {m['file']} |" for m in manifest["model"]]
    encoders = manifest.get("encoder", [])
    rows += [
        f"| {e['name']} | {e['licence']} | {', '.join(f['file'] for f in e['files'])} |"
        for e in encoders
    ]
    named = "".join(
        f"\n\n{e['attribution']}. Its files are fetched by `make models` and unchanged by Cloister."
        for e in encoders
    )
    return "\n".join(rows) + named + "\n\n" + NAME_LISTS + (
        "\n\nSmolLM2 is by Hugging Face (HuggingFaceTB), quantised for llama.cpp by others; its"
        " weights are fetched by `make models` and unchanged by Cloister."
    )


def quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def main() -> None:
    rust, node = crates(), node_packages()
    if not node:
        raise SystemExit("notices: ui/node_modules is empty, run `make ui` first")
    bodies, notices = gather(rust + node)
    parts = [INTRODUCTION, "## Models", models(), "## In the program", table(rust)]
    parts += ["## In the interface, fonts included", table(node), "## Notices that travel along"]
    parts += [f"**{label}**\n\n{quote(text)}" for label, text in notices]
    parts += ["## Licence texts", "### Apache-2.0", "For every package above that is under it."]
    parts.append(quote((ROOT / "LICENSE-APACHE").read_text(encoding="utf-8").strip()))
    for (licence, body), holders in sorted(bodies.items()):
        users = sorted({label for labels in holders.values() for label in labels})
        parts.append(f"### {licence}: {', '.join(users)}")
        lines = [line for copyrights in sorted(holders) for line in copyrights]
        parts.append(quote("\n\n".join([*dict.fromkeys(lines), body])))
    sys.stdout.write("\n\n".join(part.strip() for part in parts) + "\n")


if __name__ == "__main__":
    main()
