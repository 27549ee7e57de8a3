"""Decides what a message needs: the kind of reply, the facts that answer it, the gaps it falls into.

Understanding is by resemblance. The message is embedded; two linear heads give probabilities of
kinds and of topics (facts, gaps, none), and the nearest example questions vote beside them. Danger
is looked for in every part of it, so that the rest of a message cannot talk it away; the plainest is
also told by a few patterns (``patterns.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.evidence.corpus import Corpus
from assistant.evidence.index import Index, Neighbour, in_context
from assistant.guard.language import language
from assistant.guard.patterns import says_danger_now
from assistant.guard.resemblance import NEIGHBOURS, blend, topics_of
from assistant.guard.text import is_question, sentences, unmask
from assistant.guard.writer import Writer, writer_of
from assistant.reply import KINDS, Kind, PlainspokenError, Question

DANGER = 0.5
"""Probability of `urgent` or `crisis` from which a message is one. Set on false alarms."""
DANGER_ALONE = 0.8
"""The same for a message without the ones before it, which may turn its meaning round."""
DANGER_IN_PART = 0.998
"""The same for a sentence, or two, out of a message longer than one :data:`WINDOW`: a calm letter tells
of falls and lost breath too."""
DANGER_POSSIBLE, DANGER_POSSIBLE_IN_PART = 0.15, 0.9
"""From here on a reply of another kind ends with a line on reaching a person."""
TOPIC_SHARE = 0.5
"""How much the topics (facts or gaps) weigh beside the kinds in whether the summary covers it."""
SILENCE = 1.5
"""How much more it takes to answer than to say that the summary is silent."""
SURE_PART = 0.6
"""How likely the kind of one question among several must be, to count beside the whole message."""
LONG = 90
"""Words from which a message is read by its questions and not as a whole."""
GIST = 600
"""Characters by which a long message is read."""
WINDOW = 40
"""Words in which danger is looked for at a time."""
MAX_PARTS = 60
PASSAGES = 8
"""Passages that are looked up for what may be answered."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What one piece of a message seems to need. Probabilities by name, highest first. Two readings
    are the same only if they are one."""

    text: str
    kinds: dict[Kind, float]
    topics: dict[str, float]
    nearest: tuple[Neighbour, ...]
    passages: Mapping[str, float] = field(repr=False)
    """The passages that are near, by id, with cosines; none for a piece that only danger is looked for in."""

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return likeliest(self.kinds)

    @property
    def danger(self) -> float:
        """Probability that someone is in danger."""
        return self.kinds.get(Kind.URGENT, 0.0) + self.kinds.get(Kind.CRISIS, 0.0)

    @property
    def danger_kind(self) -> Kind:
        """Which danger it would be."""
        return likeliest({k: p for k, p in self.kinds.items() if k.is_danger})


@dataclass(frozen=True)
class Understanding:
    """What a whole message needs. ``parts`` are its questions where it has several."""

    kind: Kind
    decided_by: str
    whole: Reading
    parts: tuple[Reading, ...]
    danger_possible: bool
    language: str
    writer: Writer = Writer.UNKNOWN


def likeliest(kinds: dict[Kind, float]) -> Kind:
    """The likeliest kind; ties break in the contract's order."""
    return max(KINDS, key=lambda k: (round(kinds.get(k, 0.0), 6), -KINDS.index(k)))


def _gist(text: str, pieces: list[str]) -> str:
    """What a message is read by as a whole: all of it, or of a long one its questions or its end."""
    if len(text.split()) <= LONG:
        return text
    asked = [p for p in pieces if is_question(p)]
    return " ".join(asked or pieces[-2:])[-GIST:]


def _parts(pieces: list[str], *, long: bool) -> list[str]:
    """The questions of a message with several, or of a long one: each with the sentence before it,
    if that one does not ask."""
    parts = []
    for i, piece in enumerate(pieces):
        if is_question(piece):
            before = pieces[i - 1] if i and not is_question(pieces[i - 1]) else ""
            first, *more = _AND_ASKS.split(piece)
            parts += [f"{before} {first}".strip(), *more]
    return parts[:MAX_PARTS] if long or len(parts) > 1 else []


_AND_ASKS = re.compile(
    r",?\s+and\s+(?=(?:what|how|when|where|who|which|why|is|are|do|does|can|could|will|would|should)\b)",
    re.IGNORECASE,
)


def _windows(pieces: list[str]) -> list[str]:
    """The message in its sentences, and in pairs that overlap, in which danger is looked for; a very long
    one in as many longer pieces."""
    short = []
    for piece in pieces:
        words = piece.split() if " " in piece else [piece[at : at + 4] for at in range(0, len(piece), 4)]
        gap = " " if " " in piece else ""
        short += [gap.join(words[at : at + WINDOW]) for at in range(0, len(words), WINDOW)]
    if len(short) < 2:
        return []
    step = -(-len(short) // MAX_PARTS)
    alone = short if step == 1 else []
    return [*alone, *(" ".join(short[at : at + 2 * step]) for at in range(0, len(short), step))]


@dataclass(frozen=True)
class _Message:
    """A question taken apart: what of it is embedded."""

    text: str
    pieces: list[str]
    whole: str
    alone: str
    parts: list[str]
    windows: list[str]
    writer: Writer

    @classmethod
    def of(cls, question: Question) -> _Message:
        text = unmask(question.text)
        history = tuple(h for h in (unmask(h) for h in question.history) if h)
        pieces = sentences(text)
        gist = _gist(text, pieces)
        parts = _parts(pieces, long=len(text.split()) > LONG)
        context = in_context(gist, history)
        return cls(text, pieces, context, gist, parts, _windows(pieces), writer_of(text, history))

    @property
    def asked(self) -> list[str]:
        """What may be answered."""
        return [self.whole, *self.parts]

    @property
    def texts(self) -> list[str]:
        """All that is read."""
        return [*self.asked, self.alone, *self.windows]


class Triage:
    """Reads messages with the help of an index."""

    def __init__(self, index: Index, corpus: Corpus) -> None:
        self.index = index
        self.corpus = corpus

    def understand(self, questions: Sequence[Question]) -> list[Understanding]:
        """What each of ``questions`` needs; never raises for what was typed. All are embedded together.

        Raises:
            PlainspokenError: the example questions cannot be reached, and one of the messages is not
                danger. Danger is told without them.
        """
        if not questions:
            return []
        messages = [_Message.of(q) for q in questions]
        readings, unreachable = self._read(messages)
        understood = [self._understood(m, readings) for m in messages]
        if unreachable and not all(u.kind.is_danger for u in understood):
            raise unreachable
        return understood

    def _understood(self, message: _Message, readings: Mapping[str, Reading]) -> Understanding:
        text = message.text
        spoken, writer = language(text, lambda: self.index.languages), message.writer
        whole, alone = readings[message.whole], readings[message.alone]
        part_readings = [readings[p] for p in message.parts]
        window_readings = [readings[w] for w in message.windows]

        if plain := next((p for p in message.pieces if says_danger_now(p)), ""):
            return Understanding(Kind.URGENT, f"pattern in: {plain[:80]}", alone, (), True, spoken, writer)
        alarms = [r for r, least in ((whole, DANGER), (alone, DANGER_ALONE)) if r.danger >= least]
        if len(text.split()) > WINDOW or " " not in text:
            alarms += [r for r in window_readings if r.danger >= DANGER_IN_PART]
        if alarms:
            first = min(alarms, key=lambda r: (KINDS.index(r.danger_kind), -r.danger))
            rule = f"danger {first.danger:.2f} in: {first.text[:80]}"
            return Understanding(first.danger_kind, rule, first, (), True, spoken, writer)
        kind = likeliest({k: p for k, p in self._weighed(whole).items() if not k.is_danger})
        possible = max(whole.danger, alone.danger) >= DANGER_POSSIBLE
        possible = possible or any(r.danger >= DANGER_POSSIBLE_IN_PART for r in window_readings)
        asked = tuple(replace(part, kinds=self._weighed(part)) for part in part_readings)
        return Understanding(kind, "resemblance of the whole", whole, asked, possible, spoken, writer)

    def _weighed(self, reading: Reading) -> dict[Kind, float]:
        """The kinds, where covered and uncovered are also told apart by the topics: the probability
        of both together is shared out by that of facts and of gaps."""
        kinds = dict(reading.kinds)
        covered, silent = kinds.get(Kind.ANSWER, 0.0), kinds.get(Kind.NOT_COVERED, 0.0)
        both = TOPIC_SHARE * (covered + silent)
        kinds[Kind.ANSWER] = (1 - TOPIC_SHARE) * covered + both * sum(self.facts(reading).values())
        silent = (1 - TOPIC_SHARE) * silent + both * sum(self.gaps(reading).values())
        kinds[Kind.NOT_COVERED] = SILENCE * silent
        total = sum(kinds.values())
        return {k: p / total for k, p in kinds.items()}

    def _read(self, messages: Sequence[_Message]) -> tuple[dict[str, Reading], PlainspokenError | None]:
        """The readings by their text, and why the neighbours are missing from all of them, if they are."""
        known = list(dict.fromkeys(text for m in messages for text in m.texts))
        asked = {text for m in messages for text in m.asked}
        vectors = self.index.encoder.encode(known)
        kind_head = self.index.heads["kind"]
        kinds = kind_head.probabilities(vectors).tolist()
        near: list[list[Neighbour]] = [[] for _ in known]
        topics: list[dict[str, float]] = [{} for _ in known]
        passages: dict[int, dict[str, float]] = {}
        unreachable = None
        try:
            near = self.index.nearest_questions(vectors, NEIGHBOURS)
            topics = topics_of(self.index, vectors, near)
            rows = [i for i, text in enumerate(known) if text in asked]
            passages = dict(zip(rows, self.index.nearest_passages(vectors[rows], PASSAGES), strict=True))
        except PlainspokenError as error:
            unreachable = error
        out = {}
        for i, text in enumerate(known):
            kind_p, topic_p = blend(dict(zip(kind_head.labels, kinds[i], strict=True)), topics[i], near[i])
            kind_of = {Kind(k): p for k, p in kind_p.items()}
            out[text] = Reading(text, kind_of, topic_p, tuple(near[i]), passages.get(i, {}))
        return out, unreachable

    def facts(self, reading: Reading) -> dict[str, float]:
        """The reading's facts with their probabilities, highest first."""
        return {t: p for t, p in reading.topics.items() if t in self.corpus.facts}

    def gaps(self, reading: Reading) -> dict[str, float]:
        """The reading's gaps with their probabilities, highest first."""
        return {t: p for t, p in reading.topics.items() if t in self.corpus.gaps}
