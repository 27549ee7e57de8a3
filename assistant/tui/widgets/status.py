"""One line that says what is going on. It stays until something else is worth saying."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import ProgressBar, Static


class StatusLine(Horizontal):
    """Words, and a bar with percent while the index is being made."""

    def __init__(self) -> None:
        super().__init__(id="status")

    def compose(self) -> ComposeResult:
        """Words, then the bar."""
        yield Static("", id="status-words")
        bar = ProgressBar(total=1.0, show_eta=False, id="status-bar")
        bar.display = False
        yield bar

    def say(self, text: str, *, progress: float | None = None, problem: bool = False) -> None:
        """Show ``text``; with ``progress`` also the bar."""
        self.query_one("#status-words", Static).update(Content(text))
        self.set_class(problem, "-problem")
        bar = self.query_one(ProgressBar)
        bar.display = progress is not None
        if progress is not None:
            bar.update(progress=progress)
