"""Plainspoken for LangChain programs: the consultant as a ``Runnable``, the passages as a ``BaseRetriever``.

Apart from the rest because importing these takes as long as answering does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict

from assistant.consultant import Consultant
from assistant.evidence.corpus import Passage
from assistant.evidence.index import Index
from assistant.evidence.retrieve import Shelf
from assistant.guard.resemblance import NEIGHBOURS, topics_of
from assistant.reply import Question, Reply


class ConsultantRunnable(Runnable[Question, Reply]):
    """A consultant that can stand in a chain."""

    def __init__(self, consultant: Consultant) -> None:
        self.consultant = consultant

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Reply:
        """The reply to a question."""
        return self.consultant.invoke(input)

    def batch(
        self,
        inputs: Sequence[Question],
        config: Any = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Reply]:
        """The replies to several questions, embedded together."""
        return self.consultant.batch(inputs)


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

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self.passages)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        vector = self.index.encoder.encode([query])
        topics = topics_of(self.index, vector, self.index.nearest_questions(vector, NEIGHBOURS))[0]
        scores = self._shelf.rank(topics, self.index.nearest_passages(vector, 10)[0])
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
