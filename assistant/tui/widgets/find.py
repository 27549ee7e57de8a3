"""Finding words in the conversation."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from assistant.tui.session import Turn
from assistant.tui.widgets.conversation import Conversation
from assistant.tui.widgets.line import Line
from assistant.tui.words import Words


class FindLine(Line):
    """What is looked for; Enter and the arrows go from place to place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "step(1)", "next", id="find_next"),
        Binding("down", "step(1)", "", show=False, id="find_next"),
        Binding("up", "step(-1)", "", show=False, id="find_previous"),
    ]

    def action_step(self, step: int) -> None:
        """To the next place or the one before."""
        self.post_message(Find.Step(step))


class Find(Horizontal):
    """A line, and which questions and replies of a conversation hold what stands in it."""

    class Sought(Message):
        """Something else is looked for."""

    class Step(Message):
        """Go to the next place, or the one before."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, words: Words, conversation: Conversation) -> None:
        super().__init__(id="find")
        self.words = words
        self.conversation = conversation
        self.looking = False
        self.sought: re.Pattern[str] | None = None
        self.found: list[Turn] = []

    def compose(self) -> ComposeResult:
        """The line, then the count."""
        yield FindLine(self.words, self.words("find.placeholder"), "find-line")
        yield Static("", id="find-count")

    @on(TextArea.Changed)
    def _sought(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Sought())

    def open(self) -> None:
        """Type in the line; what stood there last stands there still."""
        self.looking = True
        line = self.query_one(FindLine)
        line.select_all()
        line.focus()

    def close(self) -> None:
        """Stop looking."""
        self.looking = False

    def again(self, chosen: Turn | None) -> None:
        """Mark what fits now, and say how many there are and which of them is the chosen turn."""
        text = " ".join(self.query_one(FindLine).text.split()) if self.looking else ""
        self.sought = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self.found = self.conversation.find(self.sought)
        here = self.found.index(chosen) + 1 if chosen in self.found else 0
        some = self.words("find.count", here=here, n=len(self.found))
        none = self.words("find.none") if text else ""
        self.query_one("#find-count", Static).update(Content(some if self.found else none))

    def neighbour(self, chosen: Turn | None, step: int) -> Turn | None:
        """The next turn that fits (1) or the one before (-1), round and round."""
        here = chosen.number if chosen else 0
        inward = self.found[::step]
        ahead = (turn for turn in inward if (turn.number - here) * step > 0)
        return next(ahead, inward[0] if inward else None)
