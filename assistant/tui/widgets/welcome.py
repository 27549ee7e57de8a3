"""The first screen: who is speaking, and what one could ask."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from assistant.tui.words import Words


class Starters(OptionList):
    """Questions to begin with."""

    class Leave(Message):
        """The arrow went past the end, towards the line where one types."""

    def action_cursor_down(self) -> None:
        """Past the last one the arrow goes back to typing."""
        if self.highlighted == self.option_count - 1:
            self.post_message(self.Leave())
        else:
            super().action_cursor_down()


class Welcome(Vertical):
    """Three short lines and the suggestions; gone once there is a conversation."""

    class Chosen(Message):
        """A suggestion was chosen."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, words: Words) -> None:
        super().__init__(id="welcome")
        self.words = words
        self.questions = words.lines("welcome.starters")[:9]

    def compose(self) -> ComposeResult:
        """The lines, then the suggestions."""
        for name in ("who", "limits", "private"):
            yield Static(Content(self.words(f"welcome.{name}")), classes="about")
        yield Static(Content(self.words("welcome.lead")), id="lead")
        prompts = (
            Content.assemble((f"{n}", "bold $primary"), "  ", text)
            for n, text in enumerate(self.questions, 1)
        )
        yield Starters(*prompts, id="starters", compact=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By Enter or by mouse."""
        event.stop()
        self.choose(event.option_index + 1)

    def choose(self, number: int) -> None:
        """Ask suggestion ``number``."""
        if 0 < number <= len(self.questions):
            self.post_message(self.Chosen(self.questions[number - 1]))
