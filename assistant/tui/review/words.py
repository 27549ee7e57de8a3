"""The words of the reviewers' screens: ``prompts/review.toml``, and ``screen.toml`` for what all screens share."""

from __future__ import annotations

from pathlib import Path

from assistant.desk.words import fill
from assistant.evidence.wording import STAFF, Wording
from assistant.tui.words import Words


class ReviewWords(Words):
    """``words("state.new")`` is the line ``review.state.new``, or ``screen.state.new`` where there is none.

    Raises:
        PlainspokenError: the folder lacks wording that the screens need; found out at once, not on use.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.wording = Wording(folder, staff=True)
        self.wording.require(STAFF)
        self._own = frozenset(self.wording.leaves(STAFF))

    def _full(self, name: str) -> str:
        own = f"{STAFF}.{name}"
        return own if own in self._own else f"screen.{name}"

    def __call__(self, name: str, **values: object) -> str:
        """One line, with each ``{value}`` replaced; other braces stay as they are."""
        return fill(self.wording.line(self._full(name)).text, values)

    def lines(self, name: str) -> tuple[str, ...]:
        """All lines of a list."""
        return tuple(line.text for line in self.wording.lines(self._full(name)))
