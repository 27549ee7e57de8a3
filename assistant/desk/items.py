"""What is reviewed: passages, family wording, and replies to the bank; and how each of them stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from assistant.evidence.approvals import Approval, Did, digest, flag, in_force, read_approvals
from assistant.evidence.corpus import Corpus
from assistant.evidence.wording import FILES, Wording

SOON = timedelta(days=30)
"""How long before its end an approval counts as expiring."""
_DANGER = ("replies.urgent", "replies.crisis", "replies.contacts", "replies.person", "screen.contacts")


class State(StrEnum):
    """How a text stands; the filters of the queue."""

    NEW = "new"
    CHANGED = "changed"
    FLAGGED = "flagged"
    EXPIRING = "expiring"
    APPROVED = "approved"


@dataclass(frozen=True)
class Item:
    """One text to review. ``what`` is its name in records, such as ``passage:not-a-cure``."""

    what: str
    title: str
    text: str
    sha256: str
    records: tuple[Approval, ...]
    file: Path
    line: int
    needed: int = 1
    danger: bool = False

    @property
    def kind(self) -> str:
        """``passage``, ``wording`` or ``answer``."""
        return self.what.partition(":")[0]

    @property
    def name(self) -> str:
        """What it is called among its kind."""
        return self.what.partition(":")[2]

    @property
    def flag(self) -> Approval | None:
        """The flag on exactly this text, if it is the last word."""
        return flag(self.records, self.sha256)

    def in_force(self, today: date) -> tuple[Approval, ...]:
        """The approvals of this text in force, newest first."""
        return in_force(self.records, self.sha256, today)

    def expired(self, today: date) -> bool:
        """Whether this very text was approved by enough people, and no longer is only for the date."""
        if self.flag or len(self.in_force(today)) >= self.needed:
            return False
        ever = in_force((replace(r, expires=None) for r in self.records), self.sha256, today)
        return len(ever) >= self.needed

    def state(self, today: date) -> State:
        """How it stands today."""
        if self.flag:
            return State.FLAGGED
        standing = self.in_force(today)
        if len(standing) >= self.needed:
            ends = sorted((r.expires for r in standing if r.expires), reverse=True)
            lasting = len(standing) - len(ends)
            if lasting >= self.needed or ends[self.needed - lasting - 1] > today + SOON:
                return State.APPROVED
            return State.EXPIRING
        if self.expired(today):
            return State.EXPIRING
        others = any(r.sha256 != self.sha256 for r in self.records)
        return State.CHANGED if others and not standing else State.NEW

    @property
    def before(self) -> Approval | None:
        """The last approval, or else flag, of another text under this name: what it is compared with."""
        others = [r for r in self.records if r.sha256 != self.sha256]
        return next((r for r in reversed(others) if r.did == "approve"), others[-1] if others else None)

    def record(self, did: Did, by: str, today: date, note: str = "", expires: date | None = None) -> Approval:
        """A record about this text as it is now."""
        return Approval(self.sha256, by, today, expires, note, self.what, did, self.text)


def passages(corpus: Corpus) -> list[Item]:
    """Every passage, in the order of the files."""
    return [
        Item(
            f"passage:{p.id}", p.title, p.as_seen, p.sha256, p.approvals, p.file, p.lines.get("body", 1),
            corpus.needed(p),
        )
        for p in corpus.passages.values()
    ]  # fmt: skip


def wording(prompts: Wording, corpus: Path) -> list[Item]:
    """The family wording, a table an item (``replies.urgent``, ``languages.es``), or a file without tables."""
    records, _ = read_approvals(corpus, "wording")
    found = []
    for name in FILES:
        if name == "contacts":
            continue
        file = prompts.folder / f"{name}.toml"
        tables = [t for t in prompts.names(name) if prompts.names(f"{name}.{t}")]
        units = [f"{name}.{table}" for table in tables]
        units += [] if len(tables) == len(prompts.names(name)) else [name]
        for unit in units:
            skip = tables if unit == name else []
            text = "\n".join(_lines(prompts, unit, skip))
            what = f"wording:{unit}"
            line = _line(file, unit.partition(".")[2])
            danger = unit in _DANGER or name == "languages"
            item = Item(what, unit, text, digest(text), tuple(records.get(what, ())), file, line)
            found.append(replace(item, danger=danger))
    return found


def _lines(prompts: Wording, table: str, skip: list[str]) -> Iterator[str]:
    for key in prompts.names(table):
        if key in skip or key == "asked_as":
            continue
        name = f"{table}.{key}"
        if prompts.names(name):
            yield from _lines(prompts, name, [])
        else:
            for line in prompts.lines(name):
                yield line.text if key == "lines" else f"{key}: {line.text}"


def _line(file: Path, table: str) -> int:
    try:
        rows = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 1
    return next((n for n, row in enumerate(rows, 1) if table and row.startswith(f"[{table}")), 1)


def bad_records(corpus: Path) -> list[str]:
    """What cannot be read in the records about wording and answers, a line each."""
    bad = [b for name in ("wording", "answers") for b in read_approvals(corpus, name)[1]]
    return [f"{b.file}:{b.line}: {b.why}" for b in bad]
