"""Linear heads on the embedding: which kind of reply, and which facts or gaps.

Multinomial logistic regression (scikit-learn, fitted when the index is built), run in NumPy.
A question with several acceptable labels counts as several rows that share its weight, the best
label first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.evidence.corpus import Example

NONE = "none"
"""The topic of a message that no fact and no gap is about."""

LATER_LABEL = 0.75
"""How much each further acceptable label weighs beside the one before it."""

MOST_TOPICS = 200
"""Topics up to which a head for them is fitted. The work grows with topics times examples; in a corpus of more
the nearest questions and passages alone tell topics (``guard/resemblance.py``)."""


@dataclass(frozen=True)
class Head:
    """A softmax classifier: ``labels`` (n,), ``weights`` (n, dimensions), ``bias`` (n,)."""

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities of shape (len(vectors), len(labels)), rows adding up to 1."""
        logits = vectors @ self.weights.T + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        exp = np.exp(logits)
        return np.asarray(exp / exp.sum(axis=1, keepdims=True), dtype=np.float32)


def topics_of(example: Example) -> tuple[str, ...]:
    """The facts and gaps of an example, best first; :data:`NONE` where there are none."""
    return example.facts + example.gaps or (NONE,)


def fit(vectors: NDArray[np.float32], labels: Sequence[Sequence[str]], strength: float) -> Head:
    """Fit a head on ``vectors`` (n, dimensions) with, for each row, its acceptable labels, best first.

    ``strength`` is scikit-learn's C: the higher, the closer the fit.
    """
    from sklearn.linear_model import LogisticRegression

    rows, targets, weights = [], [], []
    for i, acceptable in enumerate(labels):
        shares = [LATER_LABEL**k for k in range(len(acceptable))]
        for label, share in zip(acceptable, shares, strict=True):
            rows.append(i)
            targets.append(label)
            weights.append(share / sum(shares))
    model = LogisticRegression(C=strength, max_iter=200, tol=1e-3)
    model.fit(vectors[rows], targets, sample_weight=weights)
    coefficients, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients = np.concatenate([-coefficients / 2, coefficients / 2])
        intercept = np.concatenate([-intercept / 2, intercept / 2])
    return Head(
        tuple(str(c) for c in model.classes_),
        np.asarray(coefficients, dtype=np.float32),
        np.asarray(intercept, dtype=np.float32),
    )


def save(file: Path, heads: dict[str, Head]) -> None:
    """Write named heads to one ``.npz`` file."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, head in heads.items():
        arrays[f"{name}.labels"] = np.array(head.labels)
        arrays[f"{name}.weights"] = head.weights
        arrays[f"{name}.bias"] = head.bias
    with file.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def load(file: Path) -> dict[str, Head]:
    """Read what :func:`save` wrote."""
    with np.load(file, allow_pickle=False) as data:
        names = sorted({key.split(".")[0] for key in data.files})
        return {
            n: Head(tuple(data[f"{n}.labels"].tolist()), data[f"{n}.weights"], data[f"{n}.bias"])
            for n in names
        }
