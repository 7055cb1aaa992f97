"""DataFog's regular expressions, in Python (its default) or in its Rust core: datafog.py [rust]."""

import os
import sys

os.environ["DATAFOG_NO_TELEMETRY"] = "1"
# This file's own name must not hide the package.
sys.path.append(sys.path.pop(0))

from datafog import scan  # noqa: E402
from protocol import Verdict, finding, serve  # noqa: E402

# DataFog's types (`datafog.engine.ALL_ENTITY_TYPES`) as those of the evaluation rows. Any date is
# DATE there, which is OTHER here: it does not say that somebody was born on it.
TYPES = {
    "EMAIL": "EMAIL",
    "PHONE": "PHONE",
    "SSN": "SSN",
    "CREDIT_CARD": "CREDIT_CARD",
    "IP_ADDRESS": "IP",
    "DE_IBAN": "IBAN",
    "DE_PASSPORT_NUMBER": "PASSPORT",
    "PERSON": "PERSON",
    "ADDRESS": "ADDRESS",
    "ZIP_CODE": "ADDRESS",
    "DE_POSTAL_CODE": "ADDRESS",
}


def main() -> None:
    backend = sys.argv[1] if len(sys.argv) > 1 else "python"

    def look(text: str) -> Verdict:
        found = scan(text, engine="regex", backend=backend).entities
        return Verdict(
            findings=[
                finding(f.start, f.end, TYPES.get(f.type, "OTHER"), f.type, f.confidence)
                for f in found
                if f.start >= 0
            ]
        )

    serve(look)


if __name__ == "__main__":
    main()
