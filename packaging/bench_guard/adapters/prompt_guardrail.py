"""prompt-guardrail: a logistic regression over TF-IDF of words, for injections and jailbreaks."""

import hashlib
import pathlib
import sys
import warnings

import guardify
from protocol import Verdict, serve

# The package keeps its weights as pickles, and loading a pickle runs what it names. These were read
# through: they name classes of scikit-learn and NumPy only. Any other file is not loaded.
WEIGHTS = {
    "lg_ip_guardrails.pkl": "60c59ed6f6f9fafc6193ae7b895517ac751c0a29eec7b80ea9e1fc3cfbeba795",
    "ig_ip_vectorizer.pkl": "483027fae4da25ac1e97c0670b465dd227c1005f3802e27d84ebbd01f6138a09",
}


def check_weights() -> None:
    folder = pathlib.Path(guardify.__file__).parent / "models"
    for name, digest in WEIGHTS.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            sys.exit(f"{name} is not the file that was looked through")


def main() -> None:
    check_weights()
    warnings.filterwarnings("ignore")
    from guardify.guardrails.logistic_regression import LogisticRegressionGuardrail

    guardrail = LogisticRegressionGuardrail()

    def look(text: str) -> Verdict:
        said = guardrail.predict(text)
        flagged = said["label"] == "injection"
        # `score` is how sure it is of its label, whichever that is
        return Verdict(flagged=flagged, score=said["score"] if flagged else 1 - said["score"])

    serve(look)


if __name__ == "__main__":
    main()
