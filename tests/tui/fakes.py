"""A small consultant of the real one's shape: quick, and the same every time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from assistant.evidence.approvals import Approval
from assistant.evidence.corpus import Passage
from assistant.reply import (
    Citation,
    Kind,
    Listener,
    PlainspokenError,
    Question,
    Reply,
    Sentence,
    Status,
    Trace,
)

APPROVAL = "Plainspoken project, 22 November 2026; not yet read by a clinician"
LIMITS = ("The effect is modest and is guaranteed to no one.", "MSC therapy is not a cure for ALS.")
LONG = tuple(
    f"Sentence number {n} of a long passage says in plain words what the summary says." for n in range(1, 41)
)


def passage(
    ident: str, title: str, status: Status, sentences: tuple[str, ...], limits: tuple[str, ...] = ()
) -> Passage:
    return Passage(
        id=ident,
        title=title,
        status=status,
        facts=("EVI-01",),
        section="What the evidence supports",
        sentences=sentences,
        limits=limits,
        asked_as=(),
        approvals=(Approval("0" * 64, "Plainspoken project", date(2026, 11, 22), None, ""),),
        file=Path(f"{ident}.md"),
    )


PASSAGES = {
    p.id: p
    for p in (
        passage(
            "not-a-cure",
            "Not a cure, not a reversal",
            Status.ESTABLISHED,
            ("MSC therapy is not a cure for ALS.", "MSC therapy does not reverse ALS."),
        ),
        passage(
            "modest-slowing",
            "A modest slowing in some people",
            Status.PLAUSIBLE,
            (
                "A modest slowing of the decline is plausible in some patients with ALS, "
                "above all those treated earlier.",
                "The pace of decline can be measured with the ALSFRS-R, a score of everyday function.",
            ),
            LIMITS,
        ),
        passage("long", "A long passage", Status.PRACTICAL, LONG),
    )
}


def cite(n: int, ident: str) -> Citation:
    p = PASSAGES[ident]
    return Citation(n, ident, p.title, p.body, p.section, p.status, p.facts, APPROVAL)


def say(text: str, *cites: int, new: bool = False) -> Sentence:
    return Sentence(text, "prompt:x", cites, new)


def reply(
    kind: Kind, *sentences: Sentence, cites: tuple[Citation, ...] = (), ask: tuple[str, ...] = ()
) -> Reply:
    return Reply(None, kind, sentences, cites, (), ask, "quote", "c0ffee", Trace("fake"))


ANSWER = reply(
    Kind.ANSWER,
    say("The grade here is plausible: possible, but not certain."),
    say(PASSAGES["modest-slowing"].sentences[0], 1, new=True),
    say(PASSAGES["modest-slowing"].sentences[1], 1),
    say(LIMITS[0]),
    say(LIMITS[1], 2),
    cites=(cite(1, "modest-slowing"), cite(2, "not-a-cure")),
    ask=("Where is she in the course of ALS?", "Does it make sense to add MSC therapy to her present care?"),
)
CORRECTION = reply(
    Kind.CORRECTION,
    say("No, and I am sorry to have to say so."),
    say("MSC therapy is not a cure for ALS.", 1),
    say("MSC therapy does not reverse ALS.", 1),
    say("Here is what is plausible instead.", new=True),
    say(PASSAGES["modest-slowing"].sentences[0], 2),
    cites=(cite(1, "not-a-cure"), cite(2, "modest-slowing")),
    ask=("What does the evidence of today honestly support for someone at his stage?",),
)
CRISIS = reply(
    Kind.CRISIS,
    say("I am so sorry that things are this hard."),
    say("Please talk to a person now, and do not stay alone with this."),
    say("If anyone may be in danger, call your local emergency number.", new=True),
    say("You can also call a crisis line, or tell the ALS care team today."),
)
URGENT = reply(
    Kind.URGENT,
    say("Please call your local emergency number now."),
    say("Say that the person has ALS, and say what is happening."),
)
LONG_REPLY = reply(
    Kind.ANSWER,
    *(say(s, 1, new=i % 4 == 0 and i > 0) for i, s in enumerate(LONG[:24])),
    cites=(cite(1, "long"),),
)
HOSTILE = reply(
    Kind.ANSWER,
    say("[b]bold[/b] [@click=app.quit]quit[/] \x1b[31mred\x07 \u202eleft\u200b [/unbalanced", 1),
    cites=(replace(cite(1, "long"), title="[red]title[/red]"),),
)
COURTESY = reply(Kind.COURTESY, say("Hello, and welcome."))
BY_WORD = {
    "cure": CORRECTION,
    "end it": CRISIS,
    "breathe": URGENT,
    "long": LONG_REPLY,
    "hostile": HOSTILE,
    "hello": COURTESY,
}


class FakeConsultant:
    """Answers by a word in the question. ``gate`` holds answers back while it is closed."""

    def __init__(self) -> None:
        self.passages = dict(PASSAGES)
        self.asked: list[Question] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fail: Exception | None = None
        self.ready: tuple[Sentence, ...] = ()
        self.stops: list[threading.Event] = []

    def invoke(self, input: Question, listener: Listener, /) -> Reply:
        self.asked.append(input)
        self.stops.append(listener.stop)
        if self.ready:
            listener.heard(self.ready)
        self.gate.wait(20)
        if self.fail:
            raise self.fail
        return next((r for word, r in BY_WORD.items() if word in input.text.lower()), ANSWER)


class FakeOpening:
    """Opens a :class:`FakeConsultant`; can be held back, report progress, or fail."""

    def __init__(self, *, ready: bool = True, problem: str = "") -> None:
        self.consultant = FakeConsultant()
        self.gate = threading.Event()
        self.problem = problem
        self.reports: tuple[tuple[float, str], ...] = ()
        self.calls = 0
        self.thread = ""
        if ready:
            self.gate.set()

    def __call__(self, settings: object, progress: Callable[[float, str], None]) -> FakeConsultant:
        self.calls += 1
        self.thread = threading.current_thread().name
        for fraction, name in self.reports:
            progress(fraction, name)
        self.gate.wait(20)
        if self.problem:
            raise PlainspokenError(self.problem)
        return self.consultant
