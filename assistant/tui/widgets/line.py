"""A line to type in; it wraps instead of scrolling sideways, and Enter hands it on."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from assistant.tui.commands import put_words
from assistant.tui.words import Words


class Line(TextArea):
    """One line of text, however many rows it takes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "send", "keep", id="keep")]

    class Sent(Message):
        """Enter was pressed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, words: Words, placeholder: str, id: str) -> None:
        super().__init__(placeholder=placeholder, id=id, highlight_cursor_line=False, classes="line")
        self.cursor_blink = False
        put_words(self, words)

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

    def put(self, text: str) -> None:
        """Show ``text``, with the cursor at its end."""
        self.text = text
        self.move_cursor(self.document.end)

    def action_send(self) -> None:
        """Hand the text on."""
        self.post_message(self.Sent(" ".join(self.text.split())))
