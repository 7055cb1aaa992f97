"""The features of a text, exactly as `guard/src/linear/features.rs` makes them.

A text is folded (lower case, no accents, every digit 0), cut into tokens, and counted as hashed word
1- to 3-grams and hashed 3- to 5-grams of the characters of each word between two boundary marks.
"""
import re
import unicodedata

import numpy as np
from scipy.sparse import csr_matrix

WINDOW_GRAMS = 4096  # a window closes at the first token that brings it here
MAX_TOKEN = 32  # a longer token is cut into pieces of so many characters
START, PRIME, U32 = 0x811C9DC5, 0x01000193, 0xFFFFFFFF  # 32-bit FNV-1a, over code points
BOUNDARY = 0x20

IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
SYMBOL = (
    "\u0080-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u206f"
    "\u20a0-\u20cf\u2190-\u2bff\u3000-\u303f\ufe30-\ufe4f\U0001f000-\U0001faff"
)
TOKEN = re.compile(f"[{IDEOGRAPH}]|(?:[0-9a-z]|[^\x00-\x7f{SYMBOL}{IDEOGRAPH}])+|[!-/:-@\\[-`{{-~{SYMBOL}]+")
WORD = re.compile(f"[0-9a-z]|[^\x00-\x7f{SYMBOL}]")
DROPPED = re.compile("['`\u00ad\u2018\u2019\u200b-\u200f\u2060\ufeff]")
DIGITS = str.maketrans("123456789", "000000000")
AS_IT_IS = re.compile(f"[{IDEOGRAPH}\uac00-\ud7a3]")


def fold(text):
    """Lower case without accents, apostrophes and invisible characters; every digit is 0."""
    text = DROPPED.sub("", text)
    if not text.isascii():
        text = "".join(c if c.isascii() or AS_IT_IS.match(c) else _base(c) for c in text)
    return "".join(map(str.lower, text)).translate(DIGITS)


def _base(c):
    return "".join(d for d in unicodedata.normalize("NFKD", c) if not "\u0300" <= d <= "\u036f")


def tokens(text):
    """(token, whether it is a word) in order; a lone sign is none."""
    for found in TOKEN.finditer(fold(text)):
        run = found[0]
        if WORD.match(run):
            for at in range(0, len(run), MAX_TOKEN):
                yield run[at : at + MAX_TOKEN], True
        elif len(run) > 1:
            yield run[:MAX_TOKEN], False


def _step(h, unit):
    return ((h ^ unit) * PRIME) & U32


def _finish(h):
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & U32
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & U32
    return h ^ (h >> 16)


_known = {}


def _token(token):
    """The hash of a token, and the hashes of its character 3- to 5-grams."""
    if token not in _known:
        h = START
        for c in token:
            h = _step(h, ord(c))
        units = [BOUNDARY, *map(ord, token), BOUNDARY]
        grams = []
        for at in range(len(units)):
            g = START
            for length, unit in enumerate(units[at : at + 5], 1):
                g = _step(g, unit)
                if length >= 3:
                    grams.append(_finish(g))
        _known[token] = h, grams
    return _known[token]


def windows(text):
    """(word gram hashes, character gram hashes) of each window; one empty window for an empty text."""
    words, chars, found = [], [], []
    one = two = None  # the hashes of the last word and of the last two
    for token, is_word in tokens(text):
        h, grams = _token(token)
        chars.extend(grams)
        words.append(_finish(h))
        if is_word:
            pair = None if one is None else _step(_rotate(one), h)
            if pair is not None:
                words.append(_finish(pair))
            if two is not None:
                words.append(_finish(_step(_rotate(two), h)))
            one, two = h, pair
        if len(words) + len(chars) >= WINDOW_GRAMS:
            found.append((words, chars))
            words, chars, one, two = [], [], None, None
    if words or not found:
        found.append((words, chars))
    return found


def _rotate(h):
    return ((h << 5) | (h >> 27)) & U32


def matrix(texts, bits):
    """A row for each window (counts over the root of their sum), and which text each row is of."""
    half = 1 << (bits - 1)
    indices, data, ends, owner = [], [], [0], []
    for number, text in enumerate(texts):
        for words, chars in windows(text):
            found = np.concatenate([
                np.asarray(words, dtype=np.int64) & (half - 1),
                (np.asarray(chars, dtype=np.int64) & (half - 1)) + half,
            ])
            where, counts = np.unique(found, return_counts=True)
            indices.append(where.astype(np.int32))
            data.append((counts / np.sqrt(max(1, len(found)))).astype(np.float32))
            ends.append(ends[-1] + len(where))
            owner.append(number)
    shape = (len(owner), 1 << bits)
    rows = csr_matrix((np.concatenate(data), np.concatenate(indices), ends), shape=shape)
    return rows, np.asarray(owner)
