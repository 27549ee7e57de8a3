"""Decides what a message needs: the kind of reply, the facts that answer it, the gaps it falls into.

Understanding is by resemblance. The message is embedded; two linear heads give probabilities of
kinds and of topics (facts, gaps, none), and the nearest example questions vote beside them. Danger
is looked for in every sentence by itself, so that the rest of a message cannot talk it away.
Nothing here reads keywords.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.evidence.corpus import Corpus
from assistant.evidence.heads import NONE
from assistant.evidence.index import Index, Neighbour, in_context
from assistant.guard.language import language
from assistant.guard.text import is_question, sentences, unmask
from assistant.reply import KINDS, Kind, Question

NEIGHBOURS = 12
NEIGHBOUR_SHARE = 0.35
"""How much the nearest examples weigh beside the heads. Chosen with a voice left out."""
NEIGHBOUR_SHARPNESS = 20.0
DANGER = 0.45
"""Probability of `urgent` or `crisis` from which a message is one. Set on false alarms."""
DANGER_IN_PART = 0.80
"""The same for one sentence taken out of a longer message."""
DANGER_POSSIBLE = 0.15
"""From here on a reply of another kind ends with a line on reaching a person."""
PART_TOPIC = 0.5
"""How sure the topic of one question among several must be, to be answered beside the others."""
LONG = 90
"""Words from which a message is read by its questions and not as a whole."""
MAX_PARTS = 40


@dataclass(frozen=True)
class Reading:
    """What one piece of a message seems to need. Probabilities by name, highest first."""

    text: str
    kinds: dict[Kind, float]
    topics: dict[str, float]
    nearest: tuple[Neighbour, ...]
    language: str = "en"

    @property
    def kind(self) -> Kind:
        """The likeliest kind; ties break in the contract's order."""
        return max(KINDS, key=lambda k: (round(self.kinds.get(k, 0.0), 6), -KINDS.index(k)))

    @property
    def danger(self) -> float:
        """Probability that someone is in danger."""
        return self.kinds.get(Kind.URGENT, 0.0) + self.kinds.get(Kind.CRISIS, 0.0)


@dataclass(frozen=True)
class Understanding:
    """What a whole message needs. ``parts`` are its questions, the whole first."""

    kind: Kind
    decided_by: str
    whole: Reading
    parts: tuple[Reading, ...]
    danger: float
    language: str


class Triage:
    """Reads messages with the help of an index."""

    def __init__(self, index: Index, corpus: Corpus) -> None:
        self.index = index
        self.corpus = corpus

    def understand(self, question: Question) -> Understanding:
        """What ``question`` needs; never raises, whatever was typed."""
        text = unmask(question.text)
        history = tuple(h for h in (unmask(h) for h in question.history) if h)
        spoken = language(text)
        pieces = sentences(text)
        asked = [p for p in pieces if is_question(p)]
        whole_text = text
        if len(text.split()) > LONG:
            whole_text = " ".join(asked or pieces[-2:])[-600:] or text[-600:]
        parts = self._parts(pieces, asked) if len(asked) > 1 or len(text.split()) > LONG else []
        alone = pieces if len(pieces) > 1 else []
        to_read = [in_context(whole_text, history), *([whole_text] if history else []), *parts, *alone]
        readings = self._read(to_read[: MAX_PARTS * 2], spoken)
        whole = readings[0]
        without_history = readings[1] if history else whole
        at = 2 if history else 1
        part_readings = readings[at : at + len(parts)]
        alone_readings = readings[at + len(parts) :]

        danger = max(whole.danger, without_history.danger)
        calm = danger < DANGER
        worst = max(alone_readings, key=lambda r: r.danger, default=whole)
        if calm and worst.danger >= DANGER_IN_PART:
            danger, whole_danger = worst.danger, worst
        else:
            whole_danger = max((whole, without_history), key=lambda r: r.danger)
        if danger >= DANGER:
            urgent = whole_danger.kinds.get(Kind.URGENT, 0) >= whole_danger.kinds.get(Kind.CRISIS, 0)
            kind = Kind.URGENT if urgent else Kind.CRISIS
            return Understanding(kind, "danger", whole_danger, (whole_danger,), danger, spoken)

        calmed = {k: p for k, p in whole.kinds.items() if not k.is_danger}
        kind = max(KINDS, key=lambda k: (round(calmed.get(k, -1.0), 6), -KINDS.index(k)))
        return Understanding(kind, "resemblance", whole, (whole, *part_readings), danger, spoken)

    def _parts(self, pieces: list[str], asked: list[str]) -> list[str]:
        """Each question with the sentence before it, if that one does not ask."""
        parts = []
        for i, piece in enumerate(pieces):
            if piece in asked:
                before = pieces[i - 1] if i and not is_question(pieces[i - 1]) else ""
                parts.append(f"{before} {piece}".strip())
        return parts[:MAX_PARTS]

    def _read(self, texts: Sequence[str], spoken: str) -> list[Reading]:
        vectors = self.index.encoder.encode(texts)
        kind_head, topic_head = self.index.heads["kind"], self.index.heads["topic"]
        kinds = kind_head.probabilities(vectors)
        topics = topic_head.probabilities(vectors)
        out = []
        for i, text in enumerate(texts):
            nearest = self.index.nearest_questions(vectors[i], NEIGHBOURS)
            weights = np.exp(NEIGHBOUR_SHARPNESS * np.array([n.cosine for n in nearest]))
            weights /= weights.sum()
            kind_p = dict(zip(kind_head.labels, (1 - NEIGHBOUR_SHARE) * kinds[i], strict=True))
            topic_p = dict(zip(topic_head.labels, (1 - NEIGHBOUR_SHARE) * topics[i], strict=True))
            for neighbour, weight in zip(nearest, weights, strict=True):
                kind_p[neighbour.kind] = kind_p.get(neighbour.kind, 0) + NEIGHBOUR_SHARE * weight
                for rank, topic in enumerate(neighbour.topics):
                    share = 0.6**rank / sum(0.6**r for r in range(len(neighbour.topics)))
                    topic_p[topic] = topic_p.get(topic, 0) + NEIGHBOUR_SHARE * weight * share
            out.append(
                Reading(
                    text=text,
                    kinds={Kind(k): float(p) for k, p in _falling(kind_p)},
                    topics={t: float(p) for t, p in _falling(topic_p)},
                    nearest=tuple(nearest),
                    language=spoken,
                )
            )
        return out

    def facts(self, reading: Reading) -> dict[str, float]:
        """The reading's facts with their probabilities, highest first."""
        return {t: p for t, p in reading.topics.items() if t in self.corpus.facts}

    def gaps(self, reading: Reading) -> dict[str, float]:
        """The reading's gaps with their probabilities, highest first."""
        return {t: p for t, p in reading.topics.items() if t in self.corpus.gaps}


def _falling(probabilities: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(probabilities.items(), key=lambda item: -item[1])


__all__ = ["NONE", "Reading", "Triage", "Understanding"]
