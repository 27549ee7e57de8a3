"""Whether a fact supports a sentence, contradicts it, or says nothing of it.

STAND-IN, to be replaced by a trained judge with this interface: it goes by resemblance alone, takes
whatever is near for supported, but never for certain, and sees no contradiction. Nothing may be concluded from its figures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.evidence.embedding import Encoder, open_encoder
from assistant.evidence.store import Progress
from assistant.settings import Settings

SUPPORTED, CONTRADICTED, BEYOND = range(3)
"""The columns of :meth:`Entailment.verdicts`."""


class Entailment:
    """Judges pairs of a fact and a sentence."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def verdicts(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """The probabilities of SUPPORTED, CONTRADICTED and BEYOND for each (what a fact says, a sentence);
        shape (pairs, 3), each row sums to 1."""
        out = np.zeros((len(pairs), 3), dtype=np.float32)
        if not pairs:
            return out
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        place = {text: n for n, text in enumerate(texts)}
        vectors = self._encoder.encode(texts)
        left = vectors[[place[fact] for fact, _ in pairs]]
        right = vectors[[place[sentence] for _, sentence in pairs]]
        cosines = (left * right).sum(axis=1)
        out[:, SUPPORTED] = 0.79 / (1 + np.exp(-12 * (cosines - 0.45)))
        out[:, BEYOND] = 1 - out[:, SUPPORTED]
        return out


def open_entailment(settings: Settings, progress: Progress | None = None) -> Entailment:
    """The judge by the settings in force.

    Raises:
        PlainspokenError: it cannot be made ready; says what to do.
    """
    return Entailment(open_encoder(settings))
