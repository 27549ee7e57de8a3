"""The line where a family types: it grows, Enter sends, and it never locks."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from assistant.tui.commands import put_words
from assistant.tui.words import Words


class QuestionInput(TextArea):
    """Several lines of text; one to six rows high."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "send", id="send"),
        Binding("ctrl+j,shift+enter", "newline", "newline", id="newline"),
        Binding("up", "up", "", show=False, id="recall"),
        Binding("down", "down", "", show=False),
    ]

    class Sent(Message):
        """The family sent what they typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Leave(Message):
        """An arrow was pressed in the empty line, with no last question to bring back."""

        def __init__(self, up: bool) -> None:
            super().__init__()
            self.up = up

    def __init__(self, words: Words) -> None:
        super().__init__(placeholder=words("input.placeholder"), id="input", highlight_cursor_line=False)
        self.cursor_blink = False
        self.last_question = ""
        self.offers_numbers = False
        put_words(self, words)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """In the empty line a digit may choose a suggestion instead of being typed."""
        if self.offers_numbers and not self.text and key in "123456789":
            return False
        return super().check_consume_key(key, character)

    async def _on_key(self, event: events.Key) -> None:
        """Run a command at once: before a text area would swallow its key, and before the next key.

        (A key that bubbles to its binding can be overtaken by text that is typed or pasted after it.)
        """
        if event.is_printable and self.text:
            return
        active = self.screen.active_bindings.get(event.key)
        if active and active.enabled and active.binding.id and (active.node is self or event.is_printable):
            event.stop()
            event.prevent_default()
            await self.app.run_action(active.binding.action, active.node)

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
            self.text = self.last_question
            self.move_cursor(self.document.end)
        else:
            self.post_message(self.Leave(up=True))

    def action_down(self) -> None:
        """Go down a row; from the empty line, out of it."""
        if self.text:
            self.action_cursor_down()
        else:
            self.post_message(self.Leave(up=False))
