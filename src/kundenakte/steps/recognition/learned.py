"""Learns document classes from what people filed, and says "I do not know" when a document is like none of them.

Words and pairs of words are hashed to fixed places, a linear model weighs them, and a temperature fitted on documents
held back makes its confidence honest. Training needs scikit-learn and runs in a process that ends; predicting needs
numpy alone. A model is stored as plain arrays: reading one never runs code from it.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 1
_PLACES = 1 << 15
_WORD = re.compile(r"[^\W\d_]{2,30}")
# The beginning tells what a document is; the rest is parts and terms.
_MOST_WORDS = 1200
_LEAST_SAMPLES = 20
_LEAST_PER_CLASS = 3
# A guess must be right this often among the documents held back, or it is not made.
_WANTED_PRECISION = 0.97
# With fewer known words than this share, the document is like nothing that was learnt.
_LEAST_KNOWN = 0.4
_SUREST = 0.99
_MOST_BYTES = 64 * 1024 * 1024


class TooFewSamples(ValueError):
    """Not enough documents to learn from; the text is a German sentence."""

    code = "too_few_samples"


class UnreadableModel(ValueError):
    """The stored model is damaged or of another format."""

    code = "unreadable_model"


@dataclass(frozen=True, slots=True)
class Sample:
    """A document as a person filed it."""

    text: str
    code: str


def train(samples: Iterable[Sample], *, seed: int = 0) -> bytes:
    """Learn and return the stored form. Raises TooFewSamples.

    Classes with fewer than three documents are left out. Takes seconds and memory: call it in a process that ends.
    """
    listed = list(samples)
    counts = Counter(sample.code for sample in listed)
    kept = [sample for sample in listed if counts[sample.code] >= _LEAST_PER_CLASS]
    codes = sorted({sample.code for sample in kept})
    if len(kept) < _LEAST_SAMPLES or len(codes) < 2:
        raise TooFewSamples(
            f"Zum Lernen braucht es mindestens {_LEAST_SAMPLES} eingeordnete Dokumente aus zwei Klassen, "
            f"es sind {len(kept)}."
        )
    rows = [_places(sample.text) for sample in kept]
    labels = np.array([codes.index(sample.code) for sample in kept])
    idf = _idf(rows)
    matrix = _matrix(rows, idf)
    scores = _held_back_scores(matrix, labels, len(codes), seed)
    temperature = _temperature(scores, labels)
    threshold = _threshold(_softmax(scores / temperature), labels)
    final = _fit(matrix, labels, len(codes), seed)
    return _stored(codes, idf, *final, temperature=temperature, threshold=threshold)


class LearnedModel:
    """A stored model, ready to guess; cheap to keep and used by many documents."""

    def __init__(self, codes: Sequence[str], arrays: dict[str, Any], *, temperature: float, threshold: float) -> None:
        self.codes = list(codes)
        self.temperature, self.threshold = temperature, threshold
        self._idf: NDArray[np.float32] = arrays["idf"]
        # Places first: the few words of a document pick rows that lie together.
        self._weights: NDArray[np.float32] = np.ascontiguousarray(arrays["weights"].T.astype(np.float32))
        self._intercept: NDArray[np.float32] = arrays["intercept"]

    @classmethod
    def loads(cls, data: bytes) -> LearnedModel:
        """Read what `train` returned. Raises UnreadableModel; never runs anything that stands in `data`."""
        if len(data) > _MOST_BYTES:
            raise UnreadableModel("Das gelernte Modell ist zu groß.")
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                about = json.loads(bytes(stored["about"]).decode())
                arrays = {key: stored[key] for key in ("idf", "weights", "intercept")}
            codes, numbers = about["codes"], (float(about["temperature"]), float(about["threshold"]))
        except (ValueError, KeyError, OSError, EOFError, TypeError, zlib.error, zipfile.BadZipFile) as error:
            raise UnreadableModel("Das gelernte Modell ist beschädigt und wird neu gelernt.") from error
        if about.get("format") != FORMAT or arrays["weights"].shape != (len(codes), _PLACES):
            raise UnreadableModel("Das gelernte Modell gehört zu einer anderen Fassung und wird neu gelernt.")
        return cls(codes, arrays, temperature=numbers[0], threshold=numbers[1])

    def guess(self, text: str) -> list[tuple[str, float]]:
        """Classes with their confidence, the best first; empty when the model does not know."""
        ranked = self.probabilities(text)
        return ranked[:3] if ranked and ranked[0][1] >= self.threshold else []

    def probabilities(self, text: str) -> list[tuple[str, float]]:
        """All classes with their confidence, whatever the threshold; empty when too few words are known."""
        row = _places(text)
        if not row:
            return []
        places = np.fromiter(row, dtype=np.int64, count=len(row))
        values = np.log1p(np.fromiter(row.values(), dtype=np.float32, count=len(row))) * self._idf[places]
        norm = float(np.linalg.norm(values))
        if norm == 0 or np.count_nonzero(values) / len(row) < _LEAST_KNOWN:
            return []
        scores = (values / norm) @ self._weights[places] + self._intercept
        shares = _softmax(scores[None, :] / self.temperature)[0]
        # Documents held back were few: nobody can be surer than that.
        ranked = [(code, min(float(share), _SUREST)) for code, share in zip(self.codes, shares, strict=True)]
        return sorted(ranked, key=lambda entry: -entry[1])


def _places(text: str) -> dict[int, int]:
    """How often the words and pairs of a text fall on each place. Numbers and names of few letters do not count."""
    words = _WORD.findall(text.lower())[:_MOST_WORDS]
    grams = [*words, *(f"{one} {other}" for one, other in pairwise(words))]
    return dict(Counter(zlib.crc32(gram.encode()) % _PLACES for gram in grams))


def _idf(rows: Sequence[dict[int, int]]) -> NDArray[np.float32]:
    """Rare words weigh more; places that no sample uses weigh nothing, so that a stranger is noticed."""
    documents = np.zeros(_PLACES, dtype=np.float32)
    for row in rows:
        documents[list(row)] += 1
    weights = np.log((1 + len(rows)) / (1 + documents)) + 1
    weights[documents == 0] = 0
    return np.asarray(weights, dtype=np.float32)


def _matrix(rows: Sequence[dict[int, int]], idf: NDArray[np.float32]) -> Any:
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.concatenate([np.fromiter(row, dtype=np.int64, count=len(row)) for row in rows])
    values = np.concatenate([np.fromiter(row.values(), dtype=np.float32, count=len(row)) for row in rows])
    matrix = csr_matrix((np.log1p(values) * idf[columns], columns, starts), shape=(len(rows), _PLACES))
    return normalize(matrix)


def _fit(
    matrix: Any, labels: NDArray[np.int64], classes: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights and intercept with one row per class, also where there are only two."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=30.0, max_iter=300, class_weight="balanced", random_state=seed)
    model.fit(matrix, labels)
    weights = np.zeros((classes, _PLACES), dtype=np.float32)
    intercept = np.full(classes, -20.0, dtype=np.float32)
    if len(model.classes_) == 2:
        weights[model.classes_[1]], intercept[model.classes_[1]] = model.coef_[0], model.intercept_[0]
        intercept[model.classes_[0]] = 0.0
    else:
        weights[model.classes_], intercept[model.classes_] = model.coef_, model.intercept_
    return weights, intercept


def _held_back_scores(matrix: Any, labels: NDArray[np.int64], classes: int, seed: int) -> NDArray[np.float64]:
    """Scores of each sample from a model that has not seen it."""
    from sklearn.model_selection import StratifiedKFold

    folds = min(5, int(np.bincount(labels).min()))
    scores = np.zeros((len(labels), classes))
    for learn, check in StratifiedKFold(folds, shuffle=True, random_state=seed).split(np.zeros(len(labels)), labels):
        weights, intercept = _fit(matrix[learn], labels[learn], classes, seed)
        scores[check] = matrix[check] @ weights.T + intercept
    return scores


def _temperature(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The divisor of scores under which the confidence fits best how often the guess was right."""
    candidates = np.geomspace(0.5, 20, 60)
    at = np.arange(len(labels))
    losses = [-np.log(_softmax(scores / one)[at, labels] + 1e-9).mean() for one in candidates]
    return float(candidates[int(np.argmin(losses))])


def _threshold(shares: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The least confidence above which guesses were right as often as wanted; never under one half."""
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == labels
    order = np.argsort(-confidence)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.nonzero(precision >= _WANTED_PRECISION)[0]
    return min(_SUREST, max(0.5, float(confidence[order][good[-1]]))) if len(good) else 1.1


def _softmax(scores: NDArray[Any]) -> NDArray[np.float64]:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float64)


def _stored(
    codes: Sequence[str],
    idf: NDArray[np.float32],
    weights: NDArray[np.float32],
    intercept: NDArray[np.float32],
    *,
    temperature: float,
    threshold: float,
) -> bytes:
    about = {"format": FORMAT, "codes": list(codes), "temperature": temperature, "threshold": threshold}
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
        idf=idf,
        weights=weights.astype(np.float16),
        intercept=intercept,
    )
    return buffer.getvalue()
