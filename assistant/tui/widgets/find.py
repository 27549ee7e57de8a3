"""Finding words in the conversation."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from assistant.tui.widgets.line import Line
from assistant.tui.words import Words


class FindLine(Line):
    """What is looked for; Enter and the arrows go from place to place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "step(1)", "next", id="find_next"),
        Binding("down", "step(1)", "", show=False, id="find_next"),
        Binding("up", "step(-1)", "before", id="find_previous"),
    ]

    def action_step(self, step: int) -> None:
        """To the next place or the one before."""
        self.post_message(Find.Step(step))


class Find(Horizontal):
    """A line and how many replies hold what stands in it."""

    class Sought(Message):
        """Something else is looked for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Step(Message):
        """Go to the next place, or the one before."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, words: Words) -> None:
        super().__init__(id="find")
        self.words = words

    def compose(self) -> ComposeResult:
        """The line, then the count."""
        yield FindLine(self.words, self.words("find.placeholder"), "find-line")
        yield Static("", id="find-count")

    @on(TextArea.Changed)
    def _sought(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(self.text))

    @property
    def text(self) -> str:
        """What is looked for."""
        return " ".join(self.query_one(FindLine).text.split())

    def open(self) -> None:
        """Type in the line."""
        line = self.query_one(FindLine)
        line.select_all()
        line.focus()
        self.post_message(self.Sought(self.text))

    def count(self, here: int, found: int) -> None:
        """Say how many there are and which is shown."""
        none = self.words("find.none") if self.text else ""
        some = self.words("find.count", here=here, n=found)
        self.query_one("#find-count", Static).update(Content(some if found else none))
