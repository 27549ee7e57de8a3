"""The whole way of a question, top to bottom: triage, retrieve, compose, check, reply."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from assistant.compose.draft import Draft
from assistant.compose.quote import Material, compose
from assistant.evidence.corpus import Corpus, Passage, load_corpus
from assistant.evidence.index import Index, Progress, open_index
from assistant.evidence.retrieve import rank
from assistant.evidence.wording import Wording
from assistant.guard.closed_set import enforce
from assistant.guard.text import clean, for_list
from assistant.guard.triage import DANGER_POSSIBLE, PART_TOPIC, Reading, Triage, Understanding
from assistant.reply import KINDS, Kind, Question, Reply, Trace
from assistant.settings import Settings

MOST_PASSAGES = 3
SECOND_PASSAGE = 0.55
"""How near to the best passage's score another must come to be shown beside it."""
GAP_BESIDE_ANSWER = 0.4
EVIDENCE = (Kind.CORRECTION, Kind.REFER, Kind.ANSWER)
"""The kinds that answer from passages."""


class Consultant(Runnable[Question, Reply]):
    """Answers questions from one approved corpus with one index. A LangChain ``Runnable``."""

    def __init__(
        self,
        corpus: Corpus,
        wording: Wording,
        index: Index,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.corpus = corpus
        self.wording = wording
        self.index = index
        self.triage = Triage(index, corpus)
        self._today = today

    @property
    def passages(self) -> dict[str, Passage]:
        """The passages that may be served today, by id."""
        return self.corpus.approved(self._today())

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Reply:
        """The reply to a question. Takes any text; never raises for what a person typed."""
        started = time.perf_counter()
        text = clean(input.text)
        draft = Draft(self.passages, self.wording, self._today())
        if not text:
            draft.say("replies.empty.lines")
            return self._reply(input, Kind.COURTESY, draft, (), (), Trace("empty"), started)

        understood = self.triage.understand(input)
        if understood.language != "en":
            return self._in_its_language(input, understood, draft, started)
        kind, material, own_words = self._retrieve(text, understood, self.passages)
        compose(material, self.corpus, draft)
        if not kind.is_danger and understood.danger >= DANGER_POSSIBLE:
            draft.paragraph()
            draft.say("replies.person.line")
        listed = self._for_consultation(kind, own_words)
        return self._reply(input, kind, draft, material.gaps, listed, self._trace(understood), started)

    def _retrieve(
        self, text: str, understood: Understanding, approved: dict[str, Passage]
    ) -> tuple[Kind, Material, tuple[str, ...]]:
        """The kind with the parts taken in, what to compose from, and what to put on the list."""
        kind = understood.kind
        parts = [p for p in understood.parts[1:] if not p.kind.is_danger and p.kinds[p.kind] >= PART_TOPIC]
        if kind in (Kind.NOT_COVERED, Kind.OFF_TOPIC, Kind.COURTESY) and parts:
            kind = min((kind, *(p.kind for p in parts if p.kind is not Kind.DECLINED)), key=KINDS.index)
        if kind.is_danger:
            return kind, Material(text, kind, (), ()), ()

        passages: list[Passage] = []
        gaps: list[str] = []
        own_words: list[str] = []
        awaiting = False
        whole = understood.whole
        if kind in EVIDENCE:
            readings = [whole] if understood.kind in EVIDENCE or not parts else []
            for reading in [*readings, *(p for p in parts if p.kind in EVIDENCE)]:
                found = self._passages_for(reading, first=not passages)
                awaiting = awaiting or any(p.id not in approved for p in found)
                passages += [p for p in found if p.id in approved and p not in passages]
        uncovered = [p for p in parts if p.kind is Kind.NOT_COVERED]
        if understood.kind is Kind.NOT_COVERED and kind is Kind.NOT_COVERED:
            uncovered = [whole, *uncovered]
        for reading in uncovered:
            gaps += [g for g in self._gaps_for(reading) if g not in gaps]
            own_words.append(reading.text if reading is not whole else text)
        if kind is Kind.ANSWER and not uncovered:
            beside = [g for g, p in self.triage.gaps(whole).items() if p >= GAP_BESIDE_ANSWER]
            gaps += beside
            own_words += [text] if beside else []
        if kind is Kind.REFER or awaiting:
            own_words.insert(0, text)
        material = Material(
            question=text,
            kind=kind,
            passages=tuple(passages[: MOST_PASSAGES + len(parts)]),
            gaps=tuple(gaps),
            awaiting=awaiting and not passages,
            small_talk=self._small_talk(whole),
        )
        return kind, material, tuple(dict.fromkeys(own_words))

    def _passages_for(self, reading: Reading, *, first: bool) -> list[Passage]:
        """The passages that answer one reading, best first; only the best where it is one part."""
        facts = self.triage.facts(reading)
        total = sum(facts.values()) or 1.0
        shares = {f: p / total for f, p in facts.items()}
        vector = self.index.encoder.encode([reading.text])[0]
        scores = rank(self.corpus.passages, shares, self.index.nearest_passages(vector, 8))
        best = next(iter(scores.values()))
        found: list[Passage] = []
        for passage_id, score in scores.items():
            passage = self.corpus.passages[passage_id]
            said = {f for p in found for f in p.facts}
            if score < SECOND_PASSAGE * best or len(found) == (MOST_PASSAGES if first else 1):
                break
            if passage.facts[0] not in said:
                found.append(passage)
        return found

    def _gaps_for(self, reading: Reading) -> list[str]:
        gaps = self.triage.gaps(reading)
        best = max(gaps.values(), default=0.0)
        return [g for g, p in gaps.items() if p == best and p >= 0.2][:1]

    def _small_talk(self, reading: Reading) -> str:
        near = (n.register for n in reading.nearest if n.register in self.wording.names("courtesy"))
        return next(near, "offer")

    def _for_consultation(self, kind: Kind, own_words: tuple[str, ...]) -> tuple[str, ...]:
        if kind.is_danger:
            return ()
        if kind in (Kind.CORRECTION, Kind.DECLINED):
            return (self.wording.line("replies.consultation.right_question").text,)
        return tuple(dict.fromkeys(line for line in map(for_list, own_words) if line))

    def _in_its_language(
        self, question: Question, understood: Understanding, draft: Draft, started: float
    ) -> Reply:
        """A short reply in a language that the assistant cannot read well."""
        kind = understood.kind if understood.kind not in (Kind.REFER, Kind.ANSWER) else Kind.NOT_COVERED
        known = understood.language in self.wording.names("languages")
        table = f"languages.{understood.language if known else 'other'}"
        if kind.is_danger:
            draft.say(f"{table}.{kind}")
            if kind is Kind.CRISIS or known:
                draft.paragraph()
                draft.say(f"replies.{kind}.lines")
        else:
            if kind in (Kind.CORRECTION, Kind.DECLINED, Kind.COURTESY):
                draft.say(f"{table}.{kind}")
            draft.say(f"{table}.unread")
            draft.paragraph()
            draft.say(f"{table}.person")
        own = (for_list(question.text),) if kind is Kind.NOT_COVERED else ()
        return self._reply(question, kind, draft, (), own, self._trace(understood), started)

    def _trace(self, understood: Understanding) -> Trace:
        whole = understood.whole
        return Trace(
            decided_by=understood.decided_by,
            kinds=_top({k.value: p for k, p in whole.kinds.items()}),
            topics=_top(whole.topics),
            nearest=tuple(
                {"text": n.text, "kind": n.kind, "cosine": round(n.cosine, 3), "where": n.where}
                for n in whole.nearest[:5]
            ),
            parts=tuple(
                {"text": p.text, "kind": p.kind.value, "topics": _top(p.topics)} for p in understood.parts[1:]
            ),
            language=understood.language,
            index=self.index.name,
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
    ) -> Reply:
        if not draft.complete:
            draft.limits()
        enforce(draft.sentences, draft.citations, draft.passages, self.wording)
        return Reply(
            id=question.id,
            kind=kind,
            sentences=tuple(draft.sentences),
            citations=tuple(draft.citations),
            gaps=gaps,
            for_consultation=listed,
            composer="quote",
            corpus=self.index.corpus_hash,
            trace=trace,
            seconds=time.perf_counter() - started,
        )


def _top(probabilities: dict[str, float], n: int = 5) -> dict[str, float]:
    return {k: round(p, 3) for k, p in list(probabilities.items())[:n]}


def open_consultant(settings: Settings, progress: Progress | None = None) -> Consultant:
    """A consultant on today's corpus; builds the index at first use.

    Raises:
        PlainspokenError: something is missing or cannot be built; says what to do.
    """
    wording = Wording(settings.prompts)
    index = open_index(settings, wording, progress)
    return Consultant(load_corpus(settings.corpus), wording, index)
