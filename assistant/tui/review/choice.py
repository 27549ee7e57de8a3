"""One of several, by a list."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.tui import plain
from assistant.tui.commands import put_words
from assistant.tui.widgets.keys import Keys
from assistant.tui.words import Words


class Choice(Screen[int]):
    """Gives the number (from 0) of what was chosen, or nothing."""

    AUTO_FOCUS = "OptionList"
    HELP = "help.review"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "cancel", id="cancel")]

    def __init__(self, words: Words, question: str, options: list[str]) -> None:
        super().__init__()
        self.words = words
        self.question = question
        self.options = options
        put_words(self, words)

    def compose(self) -> ComposeResult:
        """A question and what there is."""
        with Vertical(id="choice"):
            yield Static(Content.styled(self.question, "bold $primary"))
            yield OptionList(*(Option(Content(plain.clean(text))) for text in self.options), markup=False)
        yield Keys()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)

    def action_close(self) -> None:
        """Back without a choice."""
        self.dismiss(None)
