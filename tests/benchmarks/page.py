"""Pages of figures: what a benchmark prints, kept as Markdown in the repository."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path


class _Both(io.TextIOBase):
    """Writes to the screen and keeps a copy."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def write(self, text: str) -> int:
        self.kept.append(text)
        return sys.__stdout__.write(text) if sys.__stdout__ else 0


@contextmanager
def copied_to(page: Path | None, title: str, about: str, *, markdown: bool = False) -> Iterator[None]:
    """Print as usual, and write what was printed to ``page`` under ``title``, if there is a page: as it
    is if it is ``markdown``, else as a block."""
    both = _Both()
    with redirect_stdout(both):
        yield
    if page:
        body = "".join(both.kept).strip("\n")
        body = body if markdown else f"```\n{body}\n```"
        page.write_text(f"{title}\n\n{about}\n\n{body}\n", encoding="utf-8")


def put(page: Path, name: str, text: str) -> None:
    """Put ``text`` between the comments ``name`` and ``end`` of ``page``, in place of what stands there."""
    begin, end = f"<!-- {name} -->\n", "\n<!-- end -->"
    head, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, there, tail = rest.partition(end)
    if not there:
        raise SystemExit(f"{page}: lacks the comments <!-- {name} --> and <!-- end -->")
    page.write_text(head + begin + text + end + tail, encoding="utf-8")
