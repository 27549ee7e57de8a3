"""The words of the staff's screens: their own file, and ``screen.toml`` for what all screens share."""

from __future__ import annotations

from pathlib import Path

from assistant.evidence.wording import Wording
from assistant.tui.words import Words


class StaffScreenWords(Words):
    """Of the file ``review``, the words named ``state.new`` are the line ``review.state.new``, or
    ``screen.state.new`` where there is none.

    Raises:
        PlainspokenError: the folder lacks wording that the screens need; found out at once, not on use.
    """

    def __init__(self, folder: Path, file: str) -> None:
        super().__init__(folder)
        self.wording = Wording(folder, staff=file)
        self.wording.require(file)
        self.own = file
        self._own = frozenset(self.wording.leaves(file))

    def _full(self, name: str) -> str:
        own = f"{self.own}.{name}"
        return own if own in self._own else f"screen.{name}"

    def __call__(self, name: str, **values: object) -> str:
        """One line, with each ``{value}`` replaced; other braces stay as they are."""
        return self.wording.line(self._full(name)).filled(**values)

    def lines(self, name: str) -> tuple[str, ...]:
        """All lines of a list."""
        return tuple(line.text for line in self.wording.lines(self._full(name)))

    def has(self, table: str, key: str) -> bool:
        """Whether there is wording for ``key`` under ``table``, in either file."""
        return key in self.wording.names(f"{self.own}.{table}") or super().has(table, key)
