"""The whole way of a question, top to bottom: triage, retrieve, compose, check, reply."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.compose.composer import Composer, Record, Request, Unusable, open_composer
from assistant.compose.draft import Draft
from assistant.compose.quote import Material, compose, contacts
from assistant.evidence.corpus import Approved, Corpus, Passage, with_approvals
from assistant.evidence.index import Index, open_index
from assistant.evidence.retrieve import Shelf
from assistant.evidence.store import Progress
from assistant.evidence.wording import Wording
from assistant.guard.closed_set import enforce
from assistant.guard.text import clean, for_list
from assistant.guard.triage import SURE_PART, Reading, Triage, Understanding
from assistant.guard.writer import Writer
from assistant.reply import EVIDENCE, KINDS, Kind, Listener, Question, Reply, Status, Trace
from assistant.settings import Settings

MOST_PASSAGES, MOST_IN_ALL = 3, 6
"""Passages for one question, and for a message with several."""
SECOND_PASSAGE = 0.55
"""How near to the best passage's score another must come to be shown beside it."""
HISTORY = 6
"""Questions before this one that a model gets."""
CANDIDATES = 6
"""Passages that a model may use beside those found."""
GAP_BESIDE_ANSWER, GAP_NAMED = 0.3, 0.2
"""Probability from which a gap is told beside an answer, and from which it is named at all."""
ON_SERVER = "private-server"
"""The small talk in place of `private` where the vectors lie on a server."""


@dataclass(frozen=True)
class Found:
    """What a reply is composed from, and why."""

    material: Material
    own_words: tuple[str, ...]
    scores: dict[str, float]
    decided_by: str
    leads: tuple[Passage, ...] = ()
    """The best passage for each part of the question, whether or not it may be shown."""


class Consultant:
    """Answers questions from one approved corpus with one index, and with a composer if a model is set."""

    def __init__(
        self,
        corpus: Corpus,
        wording: Wording,
        index: Index,
        today: Callable[[], date] = date.today,
        composer: Composer | None = None,
    ) -> None:
        self.wording = wording
        self.index = index
        self.corpus = corpus
        self.triage = Triage(index, corpus)
        self.composer = composer
        self._shelf = Shelf(corpus.passages)
        self._today = today
        self._approved: tuple[date, Approved] | None = None

    def reading(self, corpus: Corpus, wording: Wording) -> Consultant:
        """The same consultant on a corpus and wording read anew. The index stays: it finds, and shows nothing."""
        return Consultant(corpus, wording, self.index, self._today, self.composer)

    @property
    def passages(self) -> dict[str, Passage]:
        """The passages that may be served today, by id."""
        return self._served(self._today())

    def _served(self, today: date) -> Approved:
        known = self._approved
        if known is None or known[0] != today:
            known = self._approved = (today, self.corpus.approved(today))
        return known[1]

    def invoke(self, input: Question, listener: Listener | None = None) -> Reply:
        """The reply to a question. Takes any text; never raises for what a person typed.

        Raises:
            PlainspokenError: the Chroma server that holds the vectors is away. Danger is told without it.
            Stopped: the listener stopped it.
        """
        return self.batch([input], listener)[0]

    def batch(self, inputs: Sequence[Question], listener: Listener | None = None) -> list[Reply]:
        """The replies to several questions; faster than one by one, as all are embedded together."""
        listener = listener or Listener()
        started = time.perf_counter()
        said = [clean(question.text) for question in inputs]
        understood = iter(self.triage.understand([q for q, text in zip(inputs, said, strict=True) if text]))
        shared = (time.perf_counter() - started) / max(1, len(inputs))
        return [
            self._answer(
                question, text, next(understood) if text else None, time.perf_counter() - shared, listener
            )
            for question, text in zip(inputs, said, strict=True)
        ]

    def _answer(
        self, input: Question, text: str, understood: Understanding | None, started: float, listener: Listener
    ) -> Reply:
        today = self._today()
        draft = Draft(self._served(today), self.wording, today)
        if understood is None:
            draft.say("replies.empty.lines")
            return self._reply(input, Kind.COURTESY, draft, (), (), Trace("empty message"), started)

        if understood.language != "en":
            return self._in_its_language(input, understood, draft, started)
        found = self._retrieve(text, understood, draft.passages)
        draft, record = self._compose(input, understood, found, draft, listener)
        kind = found.material.kind
        if not kind.is_danger and understood.danger_possible:
            draft.paragraph()
            draft.say("replies.person.lines")
        listed = self._for_consultation(kind, found.own_words)
        trace = self._trace(understood, found, record)
        return self._reply(input, kind, draft, found.material.gaps, listed, trace, started, record)

    def _compose(
        self, input: Question, understood: Understanding, found: Found, draft: Draft, listener: Listener
    ) -> tuple[Draft, Record | None]:
        """The reply; its evidence part is a model's work if one is set, may have this message, and answers."""
        request = self._request(input, understood, found, draft.passages) if self.composer else None
        if not self.composer or not request:
            compose(found.material, self.corpus, draft)
            return draft, None
        composer, record, quoted = self.composer, self.composer.record(), draft.copy()

        def show(sofar: Draft) -> None:
            shown = sofar.copy()
            shown.graded()
            enforce(shown.sentences, shown.citations, shown.passages, self.wording, record.passed)
            listener.heard(tuple(shown.sentences))

        def evidence(material: Material, draft: Draft) -> None:
            composer.evidence(request, draft, record, show, listener.stop)

        try:
            compose(found.material, self.corpus, draft, evidence)
            record.used = True
        except Unusable:
            draft = quoted
            compose(found.material, self.corpus, draft)
        return draft, record

    def _request(
        self, input: Question, understood: Understanding, found: Found, approved: Mapping[str, Passage]
    ) -> Request | None:
        """What a model is asked; None where it is asked nothing: where nothing answers or an answer awaits
        review, where someone may be in danger, for a child, and where the message is to stay here."""
        material = found.material
        asks = material.kind in EVIDENCE and found.leads and not material.awaiting
        if not asks or input.stays_here or understood.danger_possible or material.writer is Writer.CHILD:
            return None
        more = [p for p in self._ranked(understood.whole) if p.id in approved and p not in material.passages]
        if material.kind is Kind.CORRECTION:  # what is plausible instead is said by the correction itself
            more = [p for p in more if p.status is not Status.PLAUSIBLE]
        return Request(
            kind=material.kind,
            question=material.question,
            history=self._calm(input.history),
            passages=(*material.passages, *more[:CANDIDATES]),
            leads=frozenset(p.id for p in found.leads if p in material.passages),
        )

    def _calm(self, history: Sequence[str]) -> tuple[str, ...]:
        """The questions before that a model may have: none in which someone may be in danger."""
        said = [text for text in map(clean, history[-HISTORY:]) if text]
        read = self.triage.understand([Question(text) for text in said])
        return tuple(
            text
            for text, it in zip(said, read, strict=True)
            if not it.kind.is_danger and not it.danger_possible
        )

    def _retrieve(self, text: str, understood: Understanding, approved: Mapping[str, Passage]) -> Found:
        """What to compose from: the kind with the parts taken in, passages, gaps, the family's words."""
        whole, kind = understood.whole, understood.kind
        if kind.is_danger:
            material = Material(text, kind, (), (), writer=understood.writer)
            return Found(material, (), {}, understood.decided_by)
        parts = [p for p in understood.parts if not p.kind.is_danger and p.kinds[p.kind] >= SURE_PART]
        first = min((p.kind for p in parts), key=KINDS.index, default=kind)
        decided_by = understood.decided_by
        if KINDS.index(first) < KINDS.index(kind):
            kind, decided_by = first, "one of several questions"

        scores: dict[str, float] = {}
        wanted: list[Passage] = []
        leads: list[Passage] = []
        if kind in EVIDENCE:
            whole_counts = understood.kind in EVIDENCE and (understood.kind is kind or not parts)
            readings = [whole] if whole_counts else []
            readings += sorted((p for p in parts if p.kind in EVIDENCE), key=lambda p: KINDS.index(p.kind))
            for reading in readings:
                ranked = self._passages_for(reading, MOST_PASSAGES if reading is whole else 1)
                scores |= {p.id: round(score, 3) for p, score in ranked}
                wanted += [p for p, _ in ranked if p not in wanted]
                leads += [p for p, _ in ranked[:1]]
        passages = [p for p in wanted if p.id in approved]
        awaiting = len(passages) < len(wanted)
        if kind is Kind.ANSWER and not wanted:  # all that the index knows of it has gone from the corpus
            kind = Kind.NOT_COVERED

        uncovered = [p for p in parts if p.kind is Kind.NOT_COVERED]
        if kind is Kind.NOT_COVERED and understood.kind is kind:
            uncovered = [whole, *uncovered]
        gaps = [g for reading in uncovered for g in self._gaps_for(reading)]
        own_words = [text if reading is whole else reading.text for reading in uncovered]
        if kind in EVIDENCE and not uncovered:
            beside = [g for g, p in self.triage.gaps(whole).items() if p >= GAP_BESIDE_ANSWER]
            gaps += beside
            own_words += [text] if beside else []
        unsure = [p for p in understood.parts if p not in parts and not p.kind.is_danger]
        if kind in (*EVIDENCE, Kind.NOT_COVERED):
            own_words += [p.text for p in unsure if p.kind in (*EVIDENCE, Kind.NOT_COVERED)]
        if kind is Kind.REFER or awaiting:
            own_words.insert(0, text)
        material = Material(
            question=text,
            kind=kind,
            passages=tuple(passages[: 1 if understood.writer is Writer.CHILD else MOST_IN_ALL]),
            gaps=tuple(dict.fromkeys(gaps)),
            main=wanted[0] if wanted else None,
            awaiting=awaiting,
            small_talk=self._small_talk(whole),
            writer=understood.writer,
        )
        return Found(material, tuple(dict.fromkeys(own_words)), scores, decided_by, tuple(leads))

    def _passages_for(self, reading: Reading, most: int) -> list[tuple[Passage, float]]:
        """The passages that answer one reading with their scores, best first."""
        scores = self._ranked(reading)
        best = max(scores.values(), default=0.0)
        found: list[tuple[Passage, float]] = []
        for passage, score in scores.items():
            if score < SECOND_PASSAGE * best or len(found) == most:
                break
            if passage.facts[0] not in {f for p, _ in found for f in p.facts}:
                found.append((passage, score))
        return found

    def _ranked(self, reading: Reading) -> dict[Passage, float]:
        """The passages that one reading names, with their scores, best first."""
        facts = self.triage.facts(reading)
        total = sum(facts.values()) or 1.0
        scores = self._shelf.rank({f: p / total for f, p in facts.items()}, reading.passages)
        return {self.corpus.passages[name]: score for name, score in scores.items()}

    def _gaps_for(self, reading: Reading) -> list[str]:
        """The gap that a reading falls into, if one is likely enough to be named."""
        gap, p = next(iter(self.triage.gaps(reading).items()), ("", 0.0))
        return [gap] if p >= GAP_NAMED else []

    def _small_talk(self, reading: Reading) -> str:
        """The name of the small talk that comes nearest (see ``prompts/courtesy.toml``)."""
        name = next((n.small_talk for n in reading.nearest if n.small_talk), "offer")
        return ON_SERVER if name == "private" and self.index.on_server else name

    def _for_consultation(self, kind: Kind, own_words: tuple[str, ...]) -> tuple[str, ...]:
        """What to ask at the consultation: the family's own words, and after a refusal the right question."""
        if kind.is_danger:
            return ()
        right = [self.wording.line("replies.consultation.right_question").text]
        lead = right if kind in (Kind.CORRECTION, Kind.DECLINED) else []
        return tuple(dict.fromkeys([*lead, *filter(None, map(for_list, own_words))]))

    def _in_its_language(
        self, question: Question, understood: Understanding, draft: Draft, started: float
    ) -> Reply:
        """A short reply in a language that the assistant cannot read well."""
        kind = understood.kind if understood.kind not in (Kind.REFER, Kind.ANSWER) else Kind.NOT_COVERED
        known = understood.language in self.wording.names("languages")
        table = f"languages.{understood.language if known else 'other'}"
        if kind.is_danger:
            draft.say(f"{table}.{kind}")
            contacts(draft, kind)
        else:
            unread = self.wording.lines(f"{table}.unread")
            if kind in (Kind.CORRECTION, Kind.DECLINED, Kind.COURTESY):
                draft.say(f"{table}.{kind}")
                unread = unread[1:]
            for line in unread:
                draft.add_line(line)
            draft.paragraph()
            draft.say(f"{table}.person")
        own = (for_list(question.text),) if kind is Kind.NOT_COVERED else ()
        return self._reply(question, kind, draft, (), own, self._trace(understood, None), started)

    def _trace(self, understood: Understanding, found: Found | None, record: Record | None = None) -> Trace:
        whole = understood.whole
        return Trace(
            decided_by=found.decided_by if found else f"language {understood.language}",
            kinds=_top({k.value: p for k, p in whole.kinds.items()}),
            topics=_top(whole.topics),
            nearest=tuple(
                {"text": n.text, "kind": n.kind, "cosine": round(n.cosine, 3), "where": n.where}
                for n in whole.nearest[:5]
            ),
            parts=tuple(
                {"text": p.text, "kind": p.kind.value, "topics": _top(p.topics)} for p in understood.parts
            ),
            passages=found.scores if found else {},
            danger=round(understood.whole.danger, 3),
            language=understood.language,
            index=self.index.name,
            model=record.as_trace() if record else {},
        )

    def _reply(
        self,
        question: Question,
        kind: Kind,
        draft: Draft,
        gaps: tuple[str, ...],
        listed: tuple[str, ...],
        trace: Trace,
        started: float,
        record: Record | None = None,
    ) -> Reply:
        passed = record.passed if record else ()
        enforce(draft.sentences, draft.citations, draft.passages, self.wording, passed)
        return Reply(
            id=question.id,
            kind=kind,
            sentences=tuple(draft.sentences),
            citations=tuple(draft.citations),
            gaps=gaps,
            for_consultation=listed,
            composer=record.composer if record and record.used else "quote",
            corpus=self.corpus.version,
            trace=trace,
            dropped=record.dropped if record else (),
            seconds=time.perf_counter() - started,
        )


def _top(probabilities: dict[str, float], n: int = 5) -> dict[str, float]:
    return {k: round(p, 3) for k, p in list(probabilities.items())[:n]}


def open_consultant(
    settings: Settings, progress: Progress | None = None, *, model: bool = False
) -> Consultant:
    """A consultant on today's corpus; builds the index at first use. With ``model``, the language model of the
    settings, if one is set, works on replies.

    Raises:
        PlainspokenError: something is missing or cannot be built; says what to do.
    """
    wording = Wording(settings.prompts)
    if settings.chroma_url:
        wording.line(f"courtesy.{ON_SERVER}.line")
    index = open_index(settings, wording, progress)
    corpus = with_approvals(index.corpus, settings.benefit_approvals)
    composer = open_composer(settings, corpus, wording, progress) if model else None
    return Consultant(corpus, wording, index, composer=composer)
