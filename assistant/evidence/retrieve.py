"""Ranks the passages for a question.

Topics decide first (which facts the question is about); resemblance of the question to a
passage's text and ways of asking breaks ties and stands in where no fact stands out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from assistant.evidence.corpus import Passage

RESEMBLANCE_SHARE = 0.15
OTHER_FACT = 0.5
"""What a fact is worth that a passage carries beside its main one."""


class Shelf:
    """Passages in order, found by their facts. Made once for a corpus, so that a question visits only the
    passages that it names."""

    def __init__(self, passages: Mapping[str, Passage]) -> None:
        self._passages = passages
        self._place = {passage_id: n for n, passage_id in enumerate(passages)}
        self._carrying: dict[str, list[str]] = defaultdict(list)
        for passage_id, passage in passages.items():
            for fact in passage.facts:
                self._carrying[fact].append(passage_id)

    def rank(self, topics: Mapping[str, float], cosines: Mapping[str, float]) -> dict[str, float]:
        """Passages with scores, best first: the probability of their facts, and how near they are. Those
        that neither ``topics`` nor ``cosines`` name, and that would score nothing, are left out.

        ``topics`` maps fact ids to probabilities, ``cosines`` passage ids to cosines; what is not on the
        shelf is passed over.
        """
        named = {p for fact in topics for p in self._carrying.get(fact, ())}
        named |= {p for p in cosines if p in self._place}
        scores = {}
        for passage_id in sorted(named, key=self._place.__getitem__):
            main, *others = self._passages[passage_id].facts
            about = topics.get(main, 0.0) + OTHER_FACT * sum(topics.get(f, 0.0) for f in others)
            near = max(0.0, cosines.get(passage_id, 0.0))
            scores[passage_id] = (1 - RESEMBLANCE_SHARE) * about + RESEMBLANCE_SHARE * near
        return dict(sorted(scores.items(), key=lambda item: -item[1]))
