"""One question and its reply."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from assistant.reply import Reply, Sentence
from assistant.tui import plain
from assistant.tui.session import State, Turn
from assistant.tui.words import Words

FOLD = 1200
"""Longer questions are shown by their beginning; they are sent and copied whole."""


class Exchange(Vertical):
    """Shows a turn. A reply's text is data: it is never read as markup."""

    class Chosen(Message):
        """Someone clicked on this exchange."""

        def __init__(self, turn: Turn) -> None:
            super().__init__()
            self.turn = turn

    def __init__(self, turn: Turn, words: Words) -> None:
        super().__init__(id=f"turn-{turn.number}", classes="exchange")
        self.turn = turn
        self.words = words
        self.retry_key = ""
        self.sheet_key = ""
        self.sought: re.Pattern[str] | None = None

    def compose(self) -> ComposeResult:
        """Who speaks stands in words above each part."""
        yield Static(Content(self.words("turn.you")), classes="who you")
        yield Static(self._question(), classes="question")
        yield Static("", classes="note")
        yield Static(Content(self.words("turn.assistant")), classes="who assistant")
        yield Static("", classes="reply")
        yield Static("", classes="sources")
        yield Static("", classes="listed")

    def on_mount(self) -> None:
        """Show what is known so far."""
        self.show()

    def on_click(self, event: events.Click) -> None:
        """Choose this exchange."""
        self.post_message(self.Chosen(self.turn))

    def show(self, *, queued: bool = False) -> None:
        """Draw the turn as it now is."""
        turn, reply = self.turn, self.turn.reply
        for state in State:
            self.set_class(state is turn.state, f"-{state.value}")
        self.set_class(bool(turn.sofar), "-sofar")
        self.query_one(".note", Static).update(Content(self._note(queued)))
        self._draw()
        if reply:
            self.set_class(reply.kind.is_danger, "-danger")
            self.query_one(".sources").display = bool(reply.citations)

    def _texts(self) -> dict[str, Content]:
        """What is shown where."""
        texts, reply = {".question": self._question()}, self.turn.reply
        if not reply:
            return texts | {".reply": self._said(self.turn.sofar)}
        said = self._said(reply.sentences, danger=reply.kind.is_danger)
        return texts | {".reply": said, ".sources": self._sources(reply)}

    def _draw(self) -> None:
        for part, text in self._texts().items():
            marked = text.highlight_regex(self.sought, style="reverse") if self.sought else text
            self.query_one(part, Static).update(marked)

    def find(self, sought: re.Pattern[str] | None) -> bool:
        """Mark the places that fit; whether there is one."""
        if sought != self.sought:
            self.sought = sought
            self._draw()
        return bool(sought and any(sought.search(text.plain) for text in self._texts().values()))

    def mark_listed(self, listed: bool) -> None:
        """Say whether the sheet for the consultation holds a question from here."""
        line = self.query_one(".listed", Static)
        line.display = listed
        line.update(Content(self.words("turn.listed", key=self.sheet_key)))

    def mark(self, chosen: bool) -> None:
        """Show whether this exchange is the chosen one."""
        self.set_class(chosen, "-chosen")

    def _question(self) -> Content:
        text = plain.clean(self.turn.text)
        if len(text) <= FOLD:
            return Content(text)
        whole = self.words("turn.folded", n=f"{len(text):,}")
        return Content.assemble(text[:FOLD].rstrip(), " …\n", (whole, "$quiet"))

    def _note(self, queued: bool) -> str:
        turn, words = self.turn, self.words
        match turn.state:
            case State.WAITING:
                return words("turn.queued" if queued else "turn.waiting")
            case State.ASKING:
                return words("turn.asking")
            case State.STOPPED:
                return words("turn.stopped", key=self.retry_key)
            case State.FAILED:
                failed = words("turn.failed", problem=plain.clean(turn.problem))
                return f"{failed}\n{words('turn.again', key=self.retry_key)}"
            case State.ANSWERED:
                return ""

    def _link(self, n: int) -> Style:
        return Style.from_meta({"@click": f"screen.cite_in({self.turn.number}, {n})"})

    def _said(self, sentences: Sequence[Sentence], *, danger: bool = False) -> Content:
        parts: list[Content] = []
        for i, sentence in enumerate(sentences):
            if i:
                parts.append(Content("\n\n" if sentence.starts_paragraph else " "))
            text = Content(plain.clean(sentence.text))
            parts.append(text.stylize("bold") if danger and not i else text)
            for n, mark in plain.marks(sentence):
                parts += [Content("\N{NO-BREAK SPACE}"), Content(mark).stylize(self._link(n))]
        return Content("").join(parts)

    def _sources(self, reply: Reply) -> Content:
        lines: list[Content] = []
        for c in reply.citations:
            grade = plain.grade(self.words, c.status)
            what = self.words("turn.source", title=plain.clean(c.title), grade=grade)
            lines.append(Content(f"[{c.n}]").stylize(self._link(c.n)) + Content(f" {what}"))
        return Content("\n").join(lines)
