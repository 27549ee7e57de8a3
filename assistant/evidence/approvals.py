"""Who approved or flagged which text: ``approvals/*.jsonl`` of a corpus, one record a line.

    passages.jsonl   passages; only what is approved here is served
    wording.jsonl    family wording of the prompts folder
    answers.jsonl    replies to questions of the bank

A record stands for exactly one text, by its sha256, and carries that text, so that a pull request and
the word-level diff show what was read. Files are only ever added to (``desk/approvals.py``), and
``.gitattributes`` lets two branches that add records merge. A line that cannot be read is a problem of
its own and takes no other down.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

FOLDER = "approvals"
Did = Literal["approve", "flag"]


@dataclass(frozen=True)
class Approval:
    """Who approved or flagged which text (by sha256), when, until when (None: no expiry), and why."""

    sha256: str
    by: str
    on: date
    expires: date | None
    note: str
    what: str = ""
    did: Did = "approve"
    text: str = ""

    def __str__(self) -> str:
        """As a family reads it: who, when, and what kind of approval it is."""
        return "; ".join(filter(None, [f"{self.by}, {self.on.isoformat()}", self.note]))

    def as_line(self) -> str:
        """The record as it stands in its file, with its line break."""
        row = {
            "what": self.what,
            "did": self.did,
            "by": self.by,
            "on": self.on.isoformat(),
            "expires": self.expires.isoformat() if self.expires else "never",
            "note": self.note,
            "sha256": self.sha256,
            "text": self.text,
        }
        return json.dumps(row, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class BadRecord:
    """A line of an approvals file that cannot be read; it counts for nothing."""

    file: Path
    line: int
    why: str


def digest(text: str) -> str:
    """The sha256 (hex) that stands for a text in a record."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def in_force(records: Iterable[Approval], sha256: str, today: date) -> tuple[Approval, ...]:
    """The approvals of exactly this text in force on ``today``, the newest first, one a person.

    A flag withdraws whatever was approved of the same text before it.
    """
    found: dict[str, Approval] = {}
    for record in records:
        if record.sha256 != sha256 or record.on > today:
            continue
        if record.did == "flag":
            found.clear()
            continue
        found.pop(record.by.casefold(), None)
        if record.expires is None or today <= record.expires:
            found[record.by.casefold()] = record
    return tuple(reversed(found.values()))


def flag(records: Sequence[Approval], sha256: str) -> Approval | None:
    """The flag that is the last word on exactly this text, or None."""
    last = next((r for r in reversed(records) if r.sha256 == sha256), None)
    return last if last and last.did == "flag" else None


def read_approvals(folder: Path, name: str) -> tuple[dict[str, list[Approval]], list[BadRecord]]:
    """The records of ``folder/approvals/name.jsonl`` by what they are about, oldest first, and the bad lines."""
    file = folder / FOLDER / f"{name}.jsonl"
    bad: list[BadRecord] = []
    found: dict[str, list[Approval]] = defaultdict(list)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return found, bad
    except OSError as error:
        return found, [BadRecord(file, 1, f"cannot be read ({error.strerror}); check the file")]
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            record = _record(json.loads(line.decode("utf-8")))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            why = (
                f"is no record and counts for nothing ({type(error).__name__}: {error}); correct or remove it"
            )
            bad.append(BadRecord(file, number, " ".join(why.split())))
        else:
            found[record.what].append(record)
    return found, bad


def _record(row: Any) -> Approval:
    texts = {key: row[key] for key in ("what", "did", "by", "on", "expires", "note", "sha256", "text")}
    if not all(isinstance(value, str) for value in texts.values()):
        raise ValueError("every value must be a text")
    if texts["did"] not in ("approve", "flag"):
        raise ValueError("did must be approve or flag")
    if not (texts["what"] and texts["by"].strip() and texts["sha256"]):
        raise ValueError("what, by and sha256 must not be empty")
    expires = texts.pop("expires")
    return Approval(
        sha256=texts["sha256"],
        by=texts["by"],
        on=date.fromisoformat(texts["on"]),
        expires=None if expires == "never" else date.fromisoformat(expires),
        note=texts["note"],
        what=texts["what"],
        did="flag" if texts["did"] == "flag" else "approve",
        text=texts["text"],
    )
