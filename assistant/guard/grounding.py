"""Whether a sentence follows from facts: nothing denied, nothing added, no figure that is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.evidence.entailment import SUPPORTED, Entailment
from assistant.guard.text import sentences, unmask

GROUNDED = 0.8
"""Probability of following from which a sentence is grounded. Set so that little passes that does not follow."""
SHOWN = 0.9
"""The same for a sentence that a family may be shown."""
_NUMBERS = {
    "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11",
    "twelve": "12", "ninety": "90", "hundred": "100",
}  # fmt: skip
"""Number words. Those up to three are left to the judge: they stand for too much else."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


class Grounding:
    """Judges sentences beside what facts say."""

    def __init__(self, entailment: Entailment, least: float = GROUNDED) -> None:
        self._entailment = entailment
        self._least = least

    def grounded(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[bool]:
        """For each text with what facts say, whether every sentence of it follows from those facts together."""
        units = [
            (n, sentence, " ".join(facts))
            for n, (text, facts) in enumerate(pairs)
            for sentence in sentences(unmask(text)) or [""]
        ]
        follows = self._entailment.follows([(said, sentence) for _, sentence, said in units])
        out = [True] * len(pairs)
        for (n, sentence, said), sure in zip(units, follows[:, SUPPORTED], strict=True):
            out[n] &= bool(sure >= self._least) and _figures(sentence) <= _figures(said)
        return out


def _figures(text: str) -> set[str]:
    """The figures of a text, written in digits or in words."""
    words = {_NUMBERS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in _NUMBERS}
    return words | set(_FIGURE.findall(text))
