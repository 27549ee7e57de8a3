"""The composer with a model that writes: each sentence is checked before anyone sees it, or left out.

The model's words come as a stream. Sentences are held until one that rests on the main passage has passed, so
that what is shown answers the question and never has to be taken back.
"""

from __future__ import annotations

from threading import Event

from assistant.compose.composer import MOST_QUESTION, Record, Request, Show, Unusable
from assistant.compose.draft import Draft
from assistant.compose.model import Model, ModelFailed, spoken
from assistant.compose.prompt import answer_prompt, inert, passages_as_data
from assistant.evidence.corpus import Passage
from assistant.evidence.wording import Wording
from assistant.guard.written import SentenceChecks, Written, split

MOST_SENTENCES, MOST_CHECKED = 8, 40
"""Sentences that are shown, and that are read at all: a model that goes on is no longer listened to."""


class Write:
    """Lets ``model`` write, and holds back what fails ``checks``.

    Raises:
        PlainspokenError: the instructions in ``prompts/model/`` cannot be used.
    """

    def __init__(self, model: Model, wording: Wording, checks: SentenceChecks) -> None:
        self.model = model
        self.checks = checks
        self.prompt = answer_prompt(wording.folder)

    def record(self) -> Record:
        """An empty record for one reply."""
        return Record(f"write:{self.model.name}", self.model.described.address)

    def evidence(self, request: Request, draft: Draft, record: Record, show: Show, stop: Event) -> None:
        """Add the sentences that pass, and show each as soon as it does."""
        messages = self.prompt.format_messages(
            passages=passages_as_data(request.passages),
            history="\n".join(inert(h[:MOST_QUESTION]) for h in request.history),
            question=inert(request.question[:MOST_QUESTION]),
        )
        record.given(messages, request.passages)
        given = {p.id: p for p in request.passages}
        passed: list[Written] = []
        missing = set(request.leads)

        def take(found: list[Written]) -> None:
            for written in found[: MOST_CHECKED - len(record.checks)]:
                why = self.checks.why_not(written, given)
                if not why and len(passed) == MOST_SENTENCES:
                    why = f"comes after {MOST_SENTENCES} others"
                record.checked(f"{written.text} [{', '.join(written.cites)}]", why)
                if why or any(written.text == other.text for other in passed):
                    continue
                passed.append(written)
                missing.difference_update(written.cites)
                if not missing:
                    self._add(draft, passed, given, record)
                    show(draft)

        raw, at = "", 0
        try:
            for piece in self.model.stream(messages, stop):
                raw += piece
                found, taken = split(spoken(raw)[at:], ended=False)
                at += taken
                take(found)
                if len(record.checks) >= MOST_CHECKED:
                    break
        except ModelFailed as error:
            record.problem = str(error)
        else:
            take(split(spoken(raw)[at:], ended=True)[0])
        finally:
            record.said(raw)
        if missing:
            raise Unusable(record.problem or f"nothing that passed rests on the main passage {min(missing)}")

    def _add(self, draft: Draft, passed: list[Written], given: dict[str, Passage], record: Record) -> None:
        """Add what has passed; what stands in a passage word for word is that passage's."""
        for written in passed:
            passages = [given[cite] for cite in written.cites]
            own = next((p for p in passages if written.text in p.sentences), None)
            if own:
                draft.add_sentence(own, written.text)
            else:
                draft.say("replies.reworded.lines")
                draft.add_written(written.text, self.model.name, passages)
                record.passed.add((written.text, frozenset(written.cites)))
