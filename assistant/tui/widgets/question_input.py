"""The line where a family types: it grows, Enter sends, and it never locks."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from assistant.tui.widgets.line import Line
from assistant.tui.words import Words


class QuestionInput(Line):
    """Several lines of text; one to six rows high."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "send", id="send"),
        Binding("ctrl+j,shift+enter", "newline", "newline", id="newline"),
        Binding("up", "up", "", show=False, id="recall"),
        Binding("down", "down", "", show=False),
    ]

    class Sent(Line.Sent):
        """The family sent what they typed."""

    class Leave(Message):
        """An arrow was pressed in the empty line, with no last question to bring back."""

        def __init__(self, up: bool) -> None:
            super().__init__()
            self.up = up

    def __init__(self, words: Words) -> None:
        super().__init__(words, words("input.placeholder"), "input")
        self.last_question = ""
        self.offers_numbers = False

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """In the empty line a digit may choose a suggestion instead of being typed."""
        if self.offers_numbers and not self.text and key in "123456789":
            return False
        return super().check_consume_key(key, character)

    def action_send(self) -> None:
        """Hand the question on and empty the line."""
        text = self.text.strip()
        if text:
            self.last_question = text
            self.clear()
        self.post_message(self.Sent(text))

    def action_newline(self) -> None:
        """Break the line."""
        self.insert("\n")

    def action_up(self) -> None:
        """In the empty line bring back the last question, else go up a row."""
        if self.text:
            self.action_cursor_up()
        elif self.last_question:
            self.put(self.last_question)
        else:
            self.post_message(self.Leave(up=True))

    def action_down(self) -> None:
        """Go down a row; from the empty line, out of it."""
        if self.text:
            self.action_cursor_down()
        else:
            self.post_message(self.Leave(up=False))
