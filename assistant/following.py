"""A consultant that keeps up with its corpus: a newer index and the approvals of the day are taken up between
two answers, so that each answer comes from one version as a whole."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping

from assistant.compose.composer import open_composer
from assistant.consultant import Consultant, open_consultant
from assistant.evidence.corpus import Passage, with_approvals
from assistant.evidence.index import newer_index
from assistant.evidence.store import Progress
from assistant.evidence.wording import Wording
from assistant.reply import Listener, PlainspokenError, Question, Reply
from assistant.settings import Settings

LOOK = 5.0
"""Seconds after which a question looks for something newer first."""


class Following:
    """Answers like the newest :class:`Consultant` that there is."""

    def __init__(self, settings: Settings, consultant: Consultant) -> None:
        self._settings = settings
        self._newest = consultant
        self._looked = time.monotonic()
        self._looking = threading.Lock()

    @property
    def passages(self) -> Mapping[str, Passage]:
        """The passages that the last answer could come from, by id."""
        return self._newest.passages

    def invoke(self, input: Question, listener: Listener | None = None) -> Reply:
        """See :meth:`Consultant.invoke`."""
        with self._looking:
            if time.monotonic() - self._looked >= LOOK:
                self._newest = self._look()
                self._looked = time.monotonic()
            consultant = self._newest
        return consultant.invoke(input, listener)

    def _look(self) -> Consultant:
        """The consultant on the newest whole index with today's approvals; the same one if nothing changed."""
        before, settings = self._newest, self._settings
        wording, index, composer = before.wording, before.index, before.composer
        with contextlib.suppress(PlainspokenError):  # what is being edited will be whole again
            wording = Wording(settings.prompts)
            index = newer_index(settings, wording, index.name) or index
        corpus = with_approvals(index.corpus, settings.benefit_approvals)
        if index is before.index and corpus.version == before.corpus.version:
            return before
        if composer:
            try:
                composer = open_composer(settings, corpus, wording)
            except PlainspokenError:
                return before
        return Consultant(corpus, wording, index, composer=composer)


def open_following(settings: Settings, progress: Progress | None = None) -> Following:
    """A consultant on today's corpus, with the language model that is set, that keeps up with the corpus; builds the
    index at first use.

    Raises:
        PlainspokenError: something is missing or cannot be built; says what to do.
    """
    return Following(settings, open_consultant(settings, progress, model=True))
