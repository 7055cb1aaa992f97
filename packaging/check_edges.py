"""Proves the absent edges of the workspace: who may depend on whom (ARCHITECTURE.md).

Reads `cargo metadata`. Development dependencies are free: tests may reach across.
"""

import json
import subprocess
import sys

PREFIX = "cloister-"

# Left may use right, nothing else. Names without the prefix; the binary is `cloister` itself.
ALLOWED = {
    "cloister": {"server", "app", "knowledge", "inference", "guard", "types"},
    "server": {"app", "types"},
    "app": {"chat", "knowledge", "inference", "access", "guard", "store", "types"},
    "chat": {"knowledge", "inference", "access", "guard", "store", "types"},
    "knowledge": {"access", "guard", "store", "types"},
    "access": {"store", "types"},
    "inference": {"types"},
    "guard": {"types"},
    "store": {"types"},
    "types": set(),
}
# Nothing depends on the tests, and they may use everything.
FREE = {"tests"}

# The only workspace members that may name each heavy dependency.
OWNERS = {
    "sqlx": {"store"},
    "libsqlite3-sys": {"store"},
    "cedar-policy": {"access"},
    "tantivy": {"knowledge"},
    "llama-cpp-2": {"inference"},
    "llama-cpp-sys-2": {"inference"},
    "rten": {"inference"},
    "seccompiler": {"cloister"},
    "landlock": {"cloister"},
    "tauri": {"cloister"},
    "webkit2gtk": {"cloister"},
    "axum": {"server", "cloister"},
}

# Crates that do I/O of their own: nothing in the guard's closure may be one of them. (The random
# source is not listed: it comes with `types`, behind a trait whose value a caller passes in.)
IMPURE = {"tokio", "async-std", "mio", "socket2", "sqlx", "rustix", "tempfile", "tracing"}

# Crates that speak to a network on their own account: never in the shipped binary.
CLIENTS = {"reqwest", "ureq", "curl", "isahc", "native-tls", "hickory-resolver", "sentry"}


def short(name: str) -> str:
    return name.removeprefix(PREFIX)


def graph() -> tuple[dict, set]:
    """Package name to the names it needs for a build on Linux, and the workspace members."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    command += ["--filter-platform", "x86_64-unknown-linux-gnu"]
    data = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    names = {package["id"]: package["name"] for package in data["packages"]}
    edges: dict = {}
    for node in data["resolve"]["nodes"]:
        needed = edges.setdefault(names[node["id"]], set())
        for dep in node["deps"]:
            if any(kind["kind"] != "dev" for kind in dep["dep_kinds"]):
                needed.add(names[dep["pkg"]])
    return edges, {names[member] for member in data["workspace_members"]}


def closure(edges: dict, start: str) -> set:
    seen, open_ends = set(), [start]
    while open_ends:
        for name in edges.get(open_ends.pop(), ()):
            if name not in seen:
                seen.add(name)
                open_ends.append(name)
    return seen


def main() -> int:
    edges, members = graph()
    faults = []
    for member in sorted(members):
        if short(member) in FREE:
            continue
        if short(member) not in ALLOWED:
            faults.append(f"{member} has no place in the direction of dependencies yet")
            continue
        used = {short(name) for name in edges[member] & members}
        for name in sorted(used - ALLOWED[short(member)]):
            faults.append(f"{member} may not use {PREFIX}{name}")
        for name in sorted(edges[member] & OWNERS.keys()):
            if short(member) not in OWNERS[name]:
                faults.append(f"{member} may not use {name}, which has another owner")
    for name in sorted(closure(edges, "cloister-guard") & IMPURE):
        faults.append(f"cloister-guard reaches {name}: the guard is pure")
    for name in sorted(closure(edges, "cloister") & CLIENTS):
        faults.append(f"the shipped binary would hold {name}, a network client")
    for fault in faults:
        print(f"edges: {fault}", file=sys.stderr)
    if not faults:
        print(f"edges: {len(members)} packages keep the direction of dependencies")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
