"""What a message resembles: what the linear heads say, mixed with the votes of the nearest example questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.evidence.embedding import Vectors
from assistant.evidence.heads import LATER_LABEL
from assistant.evidence.index import Index, Neighbour

NEIGHBOURS = 12
NEIGHBOUR_SHARE = 0.6
"""How much the nearest examples weigh beside the heads. Chosen with a voice left out."""
SHARPNESS = 20.0
"""A neighbour's vote weighs exp(SHARPNESS * cosine)."""


def topics_of(
    index: Index, vectors: Vectors, nearest: Sequence[Sequence[Neighbour]]
) -> list[dict[str, float]]:
    """Probabilities of topics for each of ``vectors`` (rows, dimensions), before its ``nearest`` questions vote.

    They are the head's. A corpus with more than :data:`~assistant.evidence.heads.MOST_TOPICS` has none: there
    what the head would have learnt from votes instead, the nearest of questions and passages together.
    """
    head = index.heads.get("topic")
    if head is not None:
        return [dict(zip(head.labels, row, strict=True)) for row in head.probabilities(vectors).tolist()]
    found = []
    for questions, passages in zip(nearest, index.nearest_passages(vectors, NEIGHBOURS), strict=True):
        near = [(n.topics, n.cosine) for n in questions]
        near += [(index.corpus.passages[p].facts, cosine) for p, cosine in passages.items()]
        near = sorted(near, key=lambda row: -row[1])[:NEIGHBOURS]
        topic_p: dict[str, float] = {}
        for (topics, _), vote in zip(near, _votes([cosine for _, cosine in near]), strict=True):
            _share_out(topic_p, topics, vote)
        found.append(topic_p)
    return found


def blend(
    kinds: Mapping[str, float],
    topics: Mapping[str, float],
    nearest: Sequence[Neighbour],
    share: float = NEIGHBOUR_SHARE,
) -> tuple[dict[str, float], dict[str, float]]:
    """Probabilities of kinds and of topics, each highest first.

    ``kinds`` and ``topics`` are the heads' probabilities by label; a neighbour votes for its kind,
    and for its topics with falling weight. Without neighbours the heads decide.
    """
    share = share if nearest else 0.0
    kind_p = {label: (1 - share) * p for label, p in kinds.items()}
    topic_p = {label: (1 - share) * p for label, p in topics.items()}
    for neighbour, vote in zip(nearest, _votes([n.cosine for n in nearest]), strict=True):
        kind_p[neighbour.kind] = kind_p.get(neighbour.kind, 0.0) + share * vote
        _share_out(topic_p, neighbour.topics, share * vote)
    return _falling(kind_p), _falling(topic_p)


def _votes(cosines: Sequence[float]) -> list[float]:
    """What each neighbour's vote weighs; all together 1."""
    votes = np.exp(SHARPNESS * np.array(cosines))
    return [float(vote) for vote in votes / votes.sum()]


def _share_out(topic_p: dict[str, float], topics: Sequence[str], vote: float) -> None:
    """Add one ``vote`` to ``topic_p``, shared by ``topics`` with falling weight."""
    shares = [LATER_LABEL**rank for rank in range(len(topics))]
    for topic, part in zip(topics, shares, strict=True):
        topic_p[topic] = topic_p.get(topic, 0.0) + vote * part / sum(shares)


def _falling(probabilities: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(probabilities.items(), key=lambda item: -item[1]))
