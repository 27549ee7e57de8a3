"""The vocabulary that every part shares: kinds of reply, grades, citations, replies.

Nothing here knows how a reply is found. The kinds, their order and the JSON form are the
outside contract.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from threading import Event
from typing import Any


class Kind(StrEnum):
    """The kinds of reply, highest precedence first: where two fit, the earlier one wins."""

    URGENT = "urgent"
    CRISIS = "crisis"
    DECLINED = "declined"
    CORRECTION = "correction"
    REFER = "refer"
    ANSWER = "answer"
    NOT_COVERED = "not_covered"
    OFF_TOPIC = "off_topic"
    COURTESY = "courtesy"

    @property
    def is_danger(self) -> bool:
        """Whether someone may be in danger: no therapy talk, no model, contacts stay on screen."""
        return self in (Kind.URGENT, Kind.CRISIS)


KINDS: tuple[Kind, ...] = tuple(Kind)
EVIDENCE: tuple[Kind, ...] = (Kind.CORRECTION, Kind.REFER, Kind.ANSWER)
"""The kinds that answer from passages."""


class Status(StrEnum):
    """The grade that a fact, a passage or a reply carries."""

    ESTABLISHED = "established"
    PLAUSIBLE = "plausible"
    UNLIKELY = "unlikely"
    NOT_SUPPORTED = "not_supported"
    UNDER_INVESTIGATION = "under_investigation"
    PRACTICAL = "practical"


@dataclass(frozen=True)
class Question:
    """What a family typed, with their earlier questions (oldest first; their side alone).

    ``stays_here`` keeps it from a language model, where one is set.
    """

    text: str
    history: tuple[str, ...] = ()
    id: str | int | None = None
    stays_here: bool = False


@dataclass(frozen=True)
class Citation:
    """One vetted passage that a reply leans on, numbered from 1 in the order of first use."""

    n: int
    passage: str
    title: str
    quote: str
    source: str
    status: Status
    facts: tuple[str, ...]
    approval: str


@dataclass(frozen=True)
class Sentence:
    """One sentence shown, and where it stands word for word (``passage:ID`` or ``prompt:NAME``), or the
    model that wrote it (``model:NAME``).

    ``starts_paragraph`` only says how ``Reply.text`` is joined: by a line break instead of a space.
    """

    text: str
    origin: str
    cites: tuple[int, ...] = ()
    starts_paragraph: bool = False


@dataclass(frozen=True)
class Dropped:
    """Something a language model produced and the checks held back."""

    text: str
    why: str


@dataclass(frozen=True)
class Trace:
    """Why the reply is as it is, for reviewers; never shown to a family."""

    decided_by: str
    kinds: dict[str, float] = field(default_factory=dict)
    topics: dict[str, float] = field(default_factory=dict)
    nearest: tuple[dict[str, Any], ...] = ()
    parts: tuple[dict[str, Any], ...] = ()
    passages: dict[str, float] = field(default_factory=dict)
    danger: float = 0.0
    language: str = "en"
    index: str = ""
    model: dict[str, Any] = field(default_factory=dict)
    """What a language model was given and what came of it; empty where none was asked."""


@dataclass(frozen=True)
class Reply:
    """One reply. ``text`` is the sentences joined; see the contract for every field of the JSON."""

    id: str | int | None
    kind: Kind
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    gaps: tuple[str, ...]
    for_consultation: tuple[str, ...]
    composer: str
    corpus: str
    trace: Trace
    dropped: tuple[Dropped, ...] = ()
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """What the family reads: plain text without citation marks."""
        pieces: list[str] = []
        for i, sentence in enumerate(self.sentences):
            if i:
                pieces.append("\n\n" if sentence.starts_paragraph else " ")
            pieces.append(sentence.text)
        return "".join(pieces)

    @property
    def status(self) -> Status | None:
        """The grade of the first citation; None where nothing is cited."""
        return self.citations[0].status if self.citations else None

    def as_json(self, *, trace: bool = False) -> dict[str, Any]:
        """The reply object of the contract, ready for ``json.dumps``."""
        out: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind.value,
            "text": self.text,
            "status": self.status.value if self.status else None,
            "sentences": [{"text": s.text, "from": s.origin, "cites": list(s.cites)} for s in self.sentences],
            "citations": [
                {
                    "n": c.n,
                    "passage": c.passage,
                    "title": c.title,
                    "quote": c.quote,
                    "source": c.source,
                    "status": c.status.value,
                    "facts": list(c.facts),
                }
                for c in self.citations
            ],
            "gaps": list(self.gaps),
            "for_consultation": list(self.for_consultation),
            "composer": self.composer,
            "dropped": [asdict(d) for d in self.dropped],
            "corpus": self.corpus,
            "seconds": {"total": round(self.seconds, 4)},
        }
        if trace:
            out["trace"] = asdict(self.trace)
        return out


@dataclass
class Listener:
    """Whoever waits for a reply: told what of it is ready, and free to stop it from another thread."""

    heard: Callable[[tuple[Sentence, ...]], None] = lambda sentences: None
    """Called with all sentences so far, each time there are more; each has passed every check."""
    stop: Event = field(default_factory=Event)


class Stopped(Exception):
    """A listener stopped the reply."""


class PlainspokenError(Exception):
    """Something a person can cause and put right. Its text is one line: what is wrong, what to do."""
