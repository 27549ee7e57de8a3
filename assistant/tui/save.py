"""Asks for the name of a file and saves there; never over another file without a second Enter."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static, TextArea

from assistant.tui import plain
from assistant.tui.commands import put_words
from assistant.tui.session import Attempt, Problem
from assistant.tui.widgets.keys import Keys
from assistant.tui.widgets.line import Line
from assistant.tui.words import Words


class FilePrompt(Screen[str]):
    """Gives the name under which something was saved, or nothing."""

    AUTO_FOCUS = "#file"
    HELP = "help.save"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "cancel", id="cancel")]

    def __init__(self, words: Words, attempt: Attempt, write: Callable[[Path, bool], None]) -> None:
        super().__init__()
        self.words = words
        self.attempt = attempt
        self.write = write
        self.sure = ""
        """The name that was said to be taken; Enter once more replaces that file and no other."""
        put_words(self, words)

    def compose(self) -> ComposeResult:
        """A question, the line, where that is, what went wrong."""
        with Vertical(id="save"):
            yield Static(Content.styled(self.words("save.title"), "bold $primary"))
            yield Static(Content(self.words("save.formats")))
            yield Line(self.words, "", "file")
            yield Static("", id="save-where")
            yield Static("", id="save-problem")
        yield Keys()

    def on_mount(self) -> None:
        """Suggest a name that says what it is."""
        self.line = self.query_one(Line)
        self.line.put(self.words("save.suggestion"))

    @on(TextArea.Changed)
    def _say_where(self) -> None:
        where = plain.clean(os.path.abspath(os.path.expanduser(self.line.text.strip())))
        self.query_one("#save-where", Static).update(Content(self.words("save.where", file=where)))
        self._say("")

    def _say(self, problem: str) -> None:
        self.query_one("#save-problem", Static).update(Content(plain.clean(problem)))

    @on(Line.Sent)
    @work(name="save", group="save", exclusive=True)
    async def _save(self, event: Line.Sent) -> None:
        name = event.text
        if not name:
            self._say(self.words("save.empty"))
            return
        file = Path(name)
        replace = self.sure == name
        if not replace and os.path.exists(os.path.expanduser(name)):
            self.sure = name
            self._say(self.words("save.taken"))
            return
        outcome = await self.attempt(partial(self.write, file, replace))
        if isinstance(outcome, Problem):
            self._say(outcome.text)
        else:
            self.dismiss(os.path.abspath(os.path.expanduser(name)))

    def action_close(self) -> None:
        """Back without saving."""
        self.dismiss(None)
