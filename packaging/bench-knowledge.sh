#!/usr/bin/env bash
# Measures the search of the knowledge base: bench-knowledge.sh EVALS [OPTION…]
#
# EVALS is a folder with retrieval/dev-*-corpus.jsonl, retrieval/dev-*-queries.jsonl and the score.py
# that measures them. bm25s and rank_bm25 go into a virtual environment in a temporary folder, from the
# Python package index, and are gone afterwards. Writes docs/benchmarks/knowledge.md.
#
#   --environment DIR   keeps the other tools in DIR, and uses what is there
#   --limit N           N queries of each set, to try it out
#
# With --check first it only looks whether EVALS is such a folder. CLOISTER names another program than
# target/bin/cloister.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"

fail() {
  echo "bench-knowledge: $1" >&2
  exit 2
}

check=
if [ "${1:-}" = --check ]; then
  check=1
  shift
fi
evals="${1:-}"
[ -n "$evals" ] || fail "say where the evaluation corpora are: make bench-knowledge EVALS=DIR
  DIR holds score.py and the folder retrieval with dev-*-corpus.jsonl and dev-*-queries.jsonl."
shift
[ -d "$evals" ] || fail "there is no folder $evals"
for needed in score.py retrieval; do
  [ -e "$evals/$needed" ] || fail "$evals has no $needed: it is no folder of evaluation corpora"
done

[ -z "$check" ] || exit 0

cloister="${CLOISTER:-$root/target/bin/cloister}"
[ -x "$cloister" ] || fail "there is no program $cloister: run make build first"

# The interpreter that can make environments: the first one found, or else the system's.
python=python3
"$python" -c 'import ensurepip, venv' 2>/dev/null || python=/usr/bin/python3
"$python" -c 'import ensurepip, venv' 2>/dev/null \
  || fail "Python needs its venv module: install the python3-venv package"

export CLOISTER_MODELS="${CLOISTER_MODELS:-$root/models}"
# no byte code beside the sources
export PYTHONDONTWRITEBYTECODE=1
exec "$python" "$root/packaging/bench_knowledge/bench.py" "$(cd "$evals" && pwd)" \
  --cloister "$cloister" "$@"
