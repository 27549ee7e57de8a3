"""Mixes what the linear heads say with the votes of the nearest example questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.evidence.heads import LATER_LABEL
from assistant.evidence.index import Neighbour

NEIGHBOURS = 12
NEIGHBOUR_SHARE = 0.6
"""How much the nearest examples weigh beside the heads. Chosen with a voice left out."""
SHARPNESS = 20.0
"""A neighbour's vote weighs exp(SHARPNESS * cosine)."""


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
    votes = np.exp(SHARPNESS * np.array([n.cosine for n in nearest]))
    for neighbour, vote in zip(nearest, votes / votes.sum(), strict=True):
        kind_p[neighbour.kind] = kind_p.get(neighbour.kind, 0.0) + share * float(vote)
        shares = [LATER_LABEL**rank for rank in range(len(neighbour.topics))]
        for topic, part in zip(neighbour.topics, shares, strict=True):
            topic_p[topic] = topic_p.get(topic, 0.0) + share * float(vote) * part / sum(shares)
    return _falling(kind_p), _falling(topic_p)


def _falling(probabilities: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(probabilities.items(), key=lambda item: -item[1]))
