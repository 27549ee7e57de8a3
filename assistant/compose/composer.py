"""A language model at work on the evidence part of a reply: what both ways of working share.

``select.py`` lets it choose among vetted sentences, ``write.py`` lets it write and checks each sentence. The rest of
a reply (opening, grade, limits, what is not covered, the turn to the consultation) is said as without a model.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

from assistant.compose.draft import Draft
from assistant.evidence.corpus import Corpus, Passage
from assistant.evidence.store import Progress, silent
from assistant.evidence.wording import Wording
from assistant.reply import Dropped, Kind
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

MOST_QUESTION = 2000
"""Characters of a question, and of each one before it, that a model gets."""


_KEYLIKE = re.compile(r"(?i)bearer\s+\S+|\bsk-[\w-]{8,}|\b(?:authorization|x-api-key)\s*[:=]\s*\S+")


def scrub(text: str) -> str:
    """``text`` without any key: neither one of the environment nor anything that looks like one."""
    secret = re.compile(r"KEY|TOKEN|SECRET|PASSWORD")
    for name, value in os.environ.items():
        if secret.search(name) and len(value) >= 8:
            text = text.replace(value, "[removed]")
    return _KEYLIKE.sub("[removed]", text)


class Unusable(Exception):
    """What came of a model answers nothing. Its text says why."""


@dataclass(frozen=True)
class Request:
    """What a model is asked: the question, those before it, and the passages it may use, best first.

    ``leads`` are the ids of the passages without which it is not answered: one for each part.
    """

    kind: Kind
    question: str
    history: tuple[str, ...]
    passages: tuple[Passage, ...]
    leads: frozenset[str]


@dataclass
class Record:
    """What a model was given and what came of it, for reviewers and scripts. Keys are scrubbed from all of it."""

    composer: str
    where: str
    passages: tuple[str, ...] = ()
    prompt: list[dict[str, str]] = field(default_factory=list)
    raw: str = ""
    checks: list[dict[str, str]] = field(default_factory=list)
    problem: str = ""
    used: bool = False
    passed: set[tuple[str, frozenset[str]]] = field(default_factory=set)
    """Sentences that a model wrote and that passed every check, each with the passages that it cites."""

    def given(self, messages: Sequence[BaseMessage], passages: Sequence[Passage]) -> None:
        """Keep what the model gets."""
        self.prompt = [{"role": m.type, "text": str(m.text)} for m in messages]
        self.passages = tuple(p.id for p in passages)

    def checked(self, text: str, why_not: str) -> None:
        """Keep what became of one piece of its reply; an empty reason means that it passed."""
        self.checks.append({"text": scrub(text), "why_not": scrub(why_not)})

    def said(self, raw: str) -> None:
        """Keep what the model said, as it said it."""
        self.raw = scrub(raw)

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """What was held back, and why."""
        return tuple(Dropped(c["text"], c["why_not"]) for c in self.checks if c["why_not"])

    def as_trace(self) -> dict[str, Any]:
        """For ``Trace.model``."""
        return {
            "composer": self.composer,
            "where": self.where,
            "used": self.used,
            "problem": self.problem,
            "candidates": list(self.passages),
            "prompt": self.prompt,
            "raw": self.raw,
            "checks": self.checks,
        }


def open_composer(
    settings: Settings, corpus: Corpus, wording: Wording, progress: Progress | None = None
) -> Composer | None:
    """The composer with the model that is set; none where none is set. A model's libraries are imported here.

    Raises:
        PlainspokenError: a package, a key or a setting is missing or wrong; says what to do.
    """
    if not settings.with_model:
        return None
    from assistant.compose.model import open_model

    model = open_model(settings)
    if settings.composer != "write":
        from assistant.compose.select import Select

        return Select(model, wording)
    from assistant.compose.write import Write
    from assistant.guard.claims import open_screen
    from assistant.guard.grounding import SHOWN, Grounding
    from assistant.guard.written import SentenceChecks

    screen = open_screen(settings, progress or silent)
    return Write(model, wording, SentenceChecks(screen, Grounding(screen.judge, SHOWN), corpus.facts))


Show = Callable[[Draft], None]
"""Called with a draft each time there is more in it that may be shown already."""


class Composer(Protocol):
    """One way of letting a model work on the evidence part."""

    def record(self) -> Record:
        """An empty record for one reply."""

    def evidence(self, request: Request, draft: Draft, record: Record, show: Show, stop: Event) -> None:
        """Add the evidence part to ``draft``.

        Raises:
            Unusable: nothing of it answers; the draft is to be thrown away.
            Stopped: ``stop`` was set.
        """
