"""The words of the staff's screens and reports: ``prompts/review.toml`` by short names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.evidence.wording import STAFF, Wording

Say = Callable[..., str]
"""A line of wording by its name, with values for what stands in braces."""


class StaffWords:
    """Staff wording. ``words("check.none")`` is the line ``review.check.none``.

    Raises:
        PlainspokenError: the folder lacks wording that is needed; found out at once, not on use.
    """

    def __init__(self, folder: Path) -> None:
        self.wording = Wording(folder, staff=True)
        self.wording.require(STAFF)

    def __call__(self, name: str, **values: object) -> str:
        """One line, with each ``{value}`` replaced; other braces stay as they are."""
        return fill(self.wording.line(f"{STAFF}.{name}").text, values)


def fill(text: str, values: Mapping[str, object]) -> str:
    """``text`` with each ``{name}`` of ``values`` replaced; what is put in is not read for braces again."""
    return re.sub(r"\{(\w+)\}", lambda gap: str(values.get(gap[1], gap[0])), text)
