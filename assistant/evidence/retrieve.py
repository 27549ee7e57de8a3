"""Finds the passages for a question: a LangChain retriever over the index and the approved corpus.

Topics decide first (which facts the question is about); resemblance of the question to a
passage's text and ways of asking breaks ties and stands in where no fact stands out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.evidence.corpus import Passage
from assistant.evidence.index import Index

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


class PassageRetriever(BaseRetriever):
    """The approved passages nearest to a question, as LangChain documents.

    The text of a document is read from the approved corpus, never from the index. ``metadata``
    holds the passage id, title, status, facts, source section, the sentences that must go with it
    (``limits``) and the score.
    """

    index: Index
    passages: dict[str, Passage]
    k: int = 3

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        vector = self.index.encoder.encode([query])
        head = self.index.heads["topic"]
        topics = dict(zip(head.labels, head.probabilities(vector)[0].tolist(), strict=True))
        scores = rank(self.passages, topics, self.index.nearest_passages(vector[0], 10))
        return [self._document(self.passages[p], s) for p, s in list(scores.items())[: self.k]]

    def _document(self, passage: Passage, score: float) -> Document:
        metadata: dict[str, Any] = {
            "passage": passage.id,
            "title": passage.title,
            "status": passage.status.value,
            "facts": list(passage.facts),
            "source": passage.section,
            "limits": list(passage.limits),
            "score": score,
        }
        return Document(page_content=passage.body, metadata=metadata)
