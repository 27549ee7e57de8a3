"""Ranks the passages for a question.

Topics decide first (which facts the question is about); resemblance of the question to a
passage's text and ways of asking breaks ties and stands in where no fact stands out.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.evidence.corpus import Passage

RESEMBLANCE_SHARE = 0.15
OTHER_FACT = 0.5
"""What a fact is worth that a passage carries beside its main one."""


def rank(
    passages: Mapping[str, Passage], topics: Mapping[str, float], cosines: Mapping[str, float]
) -> dict[str, float]:
    """Passages with scores, best first: the probability of their facts, and how near they are.

    ``topics`` maps fact ids to probabilities, ``cosines`` passage ids to cosines.
    """
    scores = {}
    for passage in passages.values():
        main, *others = passage.facts
        about = topics.get(main, 0.0) + OTHER_FACT * sum(topics.get(f, 0.0) for f in others)
        near = max(0.0, cosines.get(passage.id, 0.0))
        scores[passage.id] = (1 - RESEMBLANCE_SHARE) * about + RESEMBLANCE_SHARE * near
    return dict(sorted(scores.items(), key=lambda item: -item[1]))
