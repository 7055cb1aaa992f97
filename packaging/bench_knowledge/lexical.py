"""Another tool as a search command: lexical.py bm25s|rank_bm25 CORPUS.jsonl, queries on standard input.

Each entry is one document of its question, its example utterances and its answer. The in-scope score
is the best score divided by that of the query's own words in one ideal document, so that long queries
do not win by length.
"""

import json
import pathlib
import re
import sys


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def scorer(tool: str, documents: list[list[str]]):
    if tool == "bm25s":
        import bm25s

        index = bm25s.BM25()
        index.index(documents, show_progress=False)
        return lambda query: index.get_scores(query) if query else [0.0] * len(documents)
    from rank_bm25 import BM25Okapi

    return BM25Okapi(documents).get_scores


def main() -> None:
    tool, corpus = sys.argv[1:]
    lines = pathlib.Path(corpus).read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines if line.strip()]
    fields = ("question", "title", "text", "answer")
    documents = [words(" ".join(entry.get(name) or "" for name in fields)) for entry in entries]
    score = scorer(tool, documents)
    for line in sys.stdin:
        row = json.loads(line)
        query = words(row["text"])
        scores = score(query)
        ranked = sorted(range(len(entries)), key=lambda at: -scores[at])[:10]
        hits = [{"id": entries[at]["id"], "score": float(scores[at])} for at in ranked]
        best = hits[0]["score"] / max(1, len(set(query)))
        print(json.dumps({"id": row["id"], "hits": hits, "in_scope": best}))


if __name__ == "__main__":
    main()
