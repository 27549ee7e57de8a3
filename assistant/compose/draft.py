"""A reply in the making: sentences in order, and the citations that they lean on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant.evidence.corpus import Approved, Passage
from assistant.evidence.wording import Line, Wording
from assistant.reply import Citation, Sentence, Status


class Draft:
    """Collects whole vetted sentences, each once, and numbers the passages in order of use."""

    def __init__(self, passages: Approved, wording: Wording, today: date) -> None:
        self.passages = passages
        self.wording = wording
        self.today = today
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self._new_paragraph = False

    def paragraph(self) -> None:
        """Let the next sentence begin a new paragraph."""
        self._new_paragraph = bool(self.sentences)

    def say(self, *names: str) -> None:
        """Add the family wording called by these names."""
        for name in names:
            for line in self.wording.lines(name):
                self.add_line(line)

    def add_line(self, line: Line) -> None:
        """Add one sentence of family wording."""
        self._add(line.text, f"prompt:{line.name}", ())

    def quote(self, passage: Passage, sentences: int | None = None) -> None:
        """Add a passage's sentences (the first ``sentences`` of them), cited."""
        for text in passage.sentences[:sentences]:
            self.add_sentence(passage, text)

    def add_sentence(self, passage: Passage, text: str) -> None:
        """Add one sentence of a passage, cited."""
        if not self._says(text):
            self._add(text, f"passage:{passage.id}", (self._cite(passage),))

    def add_written(self, text: str, model: str, passages: Sequence[Passage]) -> None:
        """Add a sentence that ``model`` wrote from ``passages`` and that passed the checks."""
        if not self._says(text):
            self._add(text, f"model:{model}", tuple(self._cite(p) for p in passages))

    def graded(self) -> None:
        """Add, where a benefit is cited, its grade in words and its limits."""
        if any(c.status is Status.PLAUSIBLE for c in self.citations):
            self.paragraph()
            self.say("replies.grade.plausible")
        self.limits()

    def copy(self) -> Draft:
        """A draft that says the same and can go on differently."""
        other = Draft(self.passages, self.wording, self.today)
        other.sentences, other.citations = list(self.sentences), list(self.citations)
        other._new_paragraph = self._new_paragraph
        return other

    def limits(self) -> None:
        """Add the sentences that the cited passages must never be shown without."""
        wanted = [t for c in self.citations for t in self.passages[c.passage].limits]
        for text in dict.fromkeys(wanted):
            if self._says(text):
                continue
            carrier = self.passages.saying.get(text)
            if carrier:
                self._add(text, f"passage:{carrier.id}", (self._cite(carrier),))

    def _says(self, text: str) -> bool:
        return any(s.text == text for s in self.sentences)

    def _cite(self, passage: Passage) -> int:
        for citation in self.citations:
            if citation.passage == passage.id:
                return citation.n
        approval = passage.approval(self.today)
        citation = Citation(
            n=len(self.citations) + 1,
            passage=passage.id,
            title=passage.title,
            quote=passage.body,
            source=passage.section,
            status=passage.status,
            facts=passage.facts,
            approval=str(approval) if approval else "",
        )
        self.citations.append(citation)
        return citation.n

    def _add(self, text: str, origin: str, cites: tuple[int, ...]) -> None:
        if self._says(text):
            return
        self.sentences.append(Sentence(text, origin, cites, self._new_paragraph))
        self._new_paragraph = False
