"""Whom to reach. Shown after a reply about danger, and from then on."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from assistant.tui import plain
from assistant.tui.words import Words


class Contacts(Static):
    """One bar of words; it cannot be closed."""

    def __init__(self, words: Words) -> None:
        lines = " ".join(plain.clean(line) for line in words.contacts())
        super().__init__(Content.assemble((words("contacts.lead"), "bold $error"), " ", lines), id="contacts")
        self.display = False
