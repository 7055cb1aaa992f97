"""Fits, quantises, calibrates and writes a linear model in the format of `guard/src/linear.rs`."""
import struct
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from .corpus import weigh
from .features import matrix

MAGIC = b"CLLM\x01"
MIN_WINDOWS = 3  # a gram of fewer windows weighs nothing: it says more about a text than about a kind
PROFILES = ("kiosk", "office", "health")


@dataclass
class Scorer:
    """The weights of one label, quantised, with its calibration."""

    words: np.ndarray
    characters: np.ndarray
    word_scale: float
    character_scale: float
    bias: float
    slope: float = 1.0
    offset: float = 0.0
    thresholds: tuple = (1.0, 1.0, 1.0)

    def logits(self, x, owner, count):
        """For each text the score of its strongest window."""
        half = len(self.words)
        scores = x[:, :half] @ (self.words * np.float32(self.word_scale))
        scores = scores + x[:, half:] @ (self.characters * np.float32(self.character_scale)) + self.bias
        best = np.full(count, -np.inf)
        np.maximum.at(best, owner, scores)
        return best

    def probabilities(self, logits):
        return 1 / (1 + np.exp(-(self.slope * logits + self.offset)))


def fit(rows, label, x, owner, strength):
    """A scorer of `label`; `x` and `owner` are the windows of `rows`."""
    wanted = np.array([row.labels[label] for row in rows])
    share = np.bincount(owner, minlength=len(rows))
    weights = np.array(weigh(rows, label)) / share
    model = LogisticRegression(C=strength, solver="lbfgs", max_iter=500, tol=1e-4)
    common = np.flatnonzero(np.bincount(x.indices, minlength=x.shape[1]) >= MIN_WINDOWS)
    model.fit(x[:, common], wanted[owner], sample_weight=weights[owner])
    learned = np.zeros(x.shape[1])
    learned[common] = model.coef_[0]
    half = x.shape[1] // 2
    words, word_scale = quantise(learned[:half])
    characters, character_scale = quantise(learned[half:])
    bias = float(np.float32(model.intercept_[0]))
    return Scorer(words, characters, word_scale, character_scale, bias)


def quantise(weights):
    """Whole numbers from -127 to 127 and what one of them is worth."""
    scale = np.float32(max(float(np.abs(weights).max()), 1e-9) / 127)
    return np.rint(weights / scale).astype(np.int8), float(scale)


def calibrate(scorer, logits, wanted, weights):
    """Platt scaling on scores of texts that the scorer was not fitted on."""
    platt = LogisticRegression(C=1e6).fit(logits.reshape(-1, 1), wanted, sample_weight=weights)
    scorer.slope = float(np.float32(platt.coef_[0][0]))
    scorer.offset = float(np.float32(platt.intercept_[0]))


def write(path, labels, scorers, bits):
    """The file that the guard compiles in."""
    out = bytearray(MAGIC + struct.pack("<II", bits, len(labels)))
    for label in labels:
        s = scorers[label]
        out += struct.pack("<I", len(label)) + label.encode()
        out += struct.pack("<8f", s.bias, s.word_scale, s.character_scale, s.slope, s.offset, *s.thresholds)
    stacked = [np.concatenate([scorers[label].words, scorers[label].characters]) for label in labels]
    out += np.stack(stacked, axis=1).astype(np.int8).tobytes()
    path.write_bytes(bytes(out))


def rate(scorers, texts, bits):
    """The probability of every label for each text."""
    x, owner = matrix(texts, bits)
    return {label: s.probabilities(s.logits(x, owner, len(texts))) for label, s in scorers.items()}
