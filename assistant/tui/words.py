"""The words on screen: ``prompts/screen.toml`` (or another file there) by short names, with the gaps filled in."""

from __future__ import annotations

from pathlib import Path

from assistant.evidence.wording import Wording


class Words:
    """Wording of one file. ``words("turn.you")`` is the line ``screen.turn.you``.

    Raises:
        PlainspokenError: the folder lacks wording that the file needs; found out at once, not on use.
    """

    def __init__(self, folder: Path, file: str = "screen") -> None:
        self.wording = Wording(folder)
        self.file = file
        self.wording.require(file)

    def __call__(self, name: str, **values: object) -> str:
        """One line, with each ``{value}`` replaced; other braces stay as they are."""
        return self.wording.line(f"{self.file}.{name}").filled(**values)

    def lines(self, name: str) -> tuple[str, ...]:
        """All lines of a list."""
        return tuple(line.text for line in self.wording.lines(f"{self.file}.{name}"))

    def has(self, table: str, key: str) -> bool:
        """Whether there is wording for ``key`` under ``table``."""
        return key in self.wording.names(f"{self.file}.{table}")

    def contacts(self) -> tuple[str, ...]:
        """Whom to reach: what the clinic filled in, and words that fit anywhere for the rest."""
        filled = {key: line.text for key, line in self.wording.contact_lines.items()}
        general = {key: self(f"contacts.{key}") for key in ("emergency", "crisis")}
        return tuple((general | filled).values())
