#!/usr/bin/env bash
# Measures the guard against evaluation corpora and other tools: bench-guard.sh EVALS [OPTION…]
#
# EVALS is a folder with pii, injection, benign and toxicity, each of dev-*.jsonl, and the score.py
# that measures them. The tools go into a virtual environment in a temporary folder, from the Python
# package index, and are gone afterwards. Writes docs/benchmarks/guard.md, guard.json and
# guard-growth.svg; a part that is not measured keeps its last figures.
#
#   --only accuracy|speed|tools   one part
#   --environment DIR             keeps the tools in DIR, and uses what is there
#   --limit N                     N rows of each file, to try it out
#   --driver COMMAND              measures COMMAND instead of the program; it reads JSON Lines
#
# With --check first it only looks whether EVALS is such a folder. CLOISTER names another
# program than target/bin/cloister.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"

fail() {
  echo "bench-guard: $1" >&2
  exit 2
}

check=
if [ "${1:-}" = --check ]; then
  check=1
  shift
fi
evals="${1:-}"
[ -n "$evals" ] || fail "say where the evaluation corpora are: make bench-guard EVALS=DIR
  DIR holds score.py and the folders pii, injection, benign and toxicity with dev-*.jsonl."
shift
[ -d "$evals" ] || fail "there is no folder $evals"
for needed in score.py pii injection benign toxicity; do
  [ -e "$evals/$needed" ] || fail "$evals has no $needed: it is no folder of evaluation corpora"
done

[ -z "$check" ] || exit 0

cloister="${CLOISTER:-$root/target/bin/cloister}"
case " $* " in
  *" --driver "*) ;;
  *) [ -x "$cloister" ] || fail "there is no program $cloister: run make build first" ;;
esac

# The interpreter that can make environments: the first one found, or else the system's.
python=python3
"$python" -c 'import ensurepip, venv' 2>/dev/null || python=/usr/bin/python3
"$python" -c 'import ensurepip, venv' 2>/dev/null \
  || fail "Python needs its venv module: install the python3-venv package"

# The name tagger, where it was fetched: without it the rules are measured alone, and the table says so.
export CLOISTER_MODELS="${CLOISTER_MODELS:-$root/models}"
# no byte code beside the sources
export PYTHONDONTWRITEBYTECODE=1
exec "$python" "$root/packaging/bench_guard" "$(cd "$evals" && pwd)" --cloister "$cloister" "$@"
