"""The words of the staff's reports and lines: ``prompts/review.toml`` or ``rehearse.toml`` by short names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.evidence.wording import Wording

Say = Callable[..., str]
"""A line of wording by its name, with values for what stands in braces."""


class StaffWords:
    """Staff wording of one file. Of the file ``review``, ``words("check.none")`` is the line ``review.check.none``.

    Raises:
        PlainspokenError: the folder lacks wording that is needed; found out at once, not on use.
    """

    def __init__(self, folder: Path, file: str) -> None:
        self.wording = Wording(folder, staff=file)
        self.wording.require(file)
        self.file = file

    def __call__(self, name: str, **values: object) -> str:
        """One line, with each ``{value}`` replaced; other braces stay as they are."""
        return self.wording.line(f"{self.file}.{name}").filled(**values)

    def lines(self, name: str) -> tuple[str, ...]:
        """All lines of a list."""
        return tuple(line.text for line in self.wording.lines(f"{self.file}.{name}"))

    def has(self, table: str, key: str) -> bool:
        """Whether there is wording for ``key`` under ``table``."""
        return key in self.wording.names(f"{self.file}.{table}")
