"""The reviewer's desk: everything there is to review, and what a reviewer does with it."""

from __future__ import annotations

import calendar
import threading
from collections.abc import Callable
from datetime import date

from assistant.consultant import Consultant
from assistant.desk import approvals, items, summary
from assistant.desk.items import Item
from assistant.desk.replay import Answer, answers, bank
from assistant.evidence.approvals import Did
from assistant.evidence.corpus import Passage, load_corpus
from assistant.evidence.wording import Wording
from assistant.reply import Kind, PlainspokenError, Status
from assistant.settings import Settings

FILES = {"passage": "passages", "wording": "wording", "answer": "answers"}
"""The file of approvals for each kind of item."""
STEP = 32
"""Replies that are made known together."""


class Desk:
    """What is reviewed, and its records. Every change is on the disk when a method returns."""

    def __init__(
        self, settings: Settings, consultant: Consultant, today: Callable[[], date] = date.today
    ) -> None:
        self.settings = settings
        self.consultant = consultant
        self.answers: dict[str, Answer] = {}
        self.others: dict[str, Item] = {}
        self._today = today
        self._asking = threading.Lock()  # or a reply asked before a record would hide that record
        self.reload()

    @property
    def today(self) -> date:
        """The day that counts."""
        return self._today()

    def reload(self) -> None:
        """Read passages, wording and their records anew."""
        corpus = load_corpus(self.settings.corpus, self.settings.benefit_approvals)
        prompts = Wording(self.settings.prompts)
        self.consultant = self.consultant.reading(corpus, prompts)
        found = [*summary.drafts(corpus), *items.passages(corpus), *items.wording(prompts, corpus.folder)]
        self.others = {item.what: item for item in found}

    def ask_all(self, done: Callable[[int, int], None]) -> None:
        """Ask the whole bank; ``done`` is told how many of how many are answered, from time to time."""
        questions = bank(self.consultant)
        for at in range(0, len(questions), STEP):
            with self._asking:
                for answer in answers(self.consultant, questions[at : at + STEP]):
                    self.answers[answer.item.what] = answer
            done(min(at + STEP, len(questions)), len(questions))

    def ask_again(self, what: str) -> None:
        """Ask again whatever the item called ``what`` may touch: itself, or the replies that lean on it."""
        with self._asking:
            known = list(self.answers.values())
            touched = [a.asked for a in known if a.item.what == what or self._leans_on(a, what)]
            for answer in answers(self.consultant, touched):
                self.answers[answer.item.what] = answer

    def _leans_on(self, answer: Answer, what: str) -> bool:
        """Whether a reply might change with a passage or with wording, shown in it now or withheld."""
        kind, _, name = what.partition(":")
        reply, corpus = answer.reply, self.consultant.corpus
        if kind == "wording":
            return any(s.origin.startswith(f"prompt:{name}.") for s in reply.sentences)
        passage = corpus.passages.get(name)
        if passage is None:
            return False
        framing = corpus.framing
        named = name in (framing.plausible, framing.right_question, framing.declined)
        wanted = [corpus.passages[p] for p in reply.trace.passages if p in corpus.passages]
        return (
            name in reply.trace.passages
            or any(c.passage == name for c in reply.citations)
            or (named and reply.kind in (Kind.DECLINED, Kind.CORRECTION, Kind.REFER))
            or any(limit in passage.sentences for p in wanted for limit in p.limits)
        )

    def items(self, kind: str) -> list[Item]:
        """Everything of one kind, in the order of files and lines."""
        if kind == "answer":
            return [a.item for a in list(self.answers.values())]
        return [item for item in self.others.values() if item.kind == kind]

    def get(self, what: str) -> Item | None:
        """The item of that name as it now is."""
        answer = self.answers.get(what)
        return answer.item if answer else self.others.get(what)

    def passages_behind(self, item: Item) -> list[Passage]:
        """The passages that a reply cites or would have cited, or the passage itself."""
        known = self.consultant.corpus.passages
        if item.kind == "passage":
            return [known[item.name]] if item.name in known else []
        answer = self.answers.get(item.what)
        if answer is None:
            return []
        names = dict.fromkeys([*(c.passage for c in answer.reply.citations), *answer.reply.trace.passages])
        return [known[name] for name in names if name in known]

    def end(self) -> date | None:
        """Until when an approval of today holds by the settings; None: without an end."""
        return months_on(self.today, self.settings.approval_months)

    def approve(self, item: Item, by: str, expires: date | None, note: str = "") -> None:
        """Record an approval of exactly the text that ``item`` carries.

        Raises:
            PlainspokenError: it cannot be recorded, or the end lies in the past.
        """
        if expires and expires < self.today:
            raise PlainspokenError(f"{expires.isoformat()} has passed. Give a later date.")
        self._record(item, "approve", by, note, expires)

    def flag(self, item: Item, by: str, note: str) -> None:
        """Record what is wrong with exactly the text that ``item`` carries.

        Raises:
            PlainspokenError: it cannot be recorded.
        """
        self._record(item, "flag", by, note, None)

    def _record(self, item: Item, did: Did, by: str, note: str, expires: date | None) -> None:
        record = item.record(did, by, self.today, " ".join(note.split()), expires)
        approvals.add(self.settings.corpus, FILES[item.kind], [record])
        if item.kind != "answer":
            self.reload()
        self.ask_again(item.what)

    def grade(self, item: Item, status: Status) -> None:
        """Give a draft its grade.

        Raises:
            PlainspokenError: a file cannot be written.
        """
        summary.grade(item, self.settings.corpus, status)
        self.reload()


def months_on(day: date, months: int) -> date | None:
    """The day ``months`` later, or the last of that month; None for no months."""
    if not months:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
