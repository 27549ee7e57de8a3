"""The question bank: questions with the reply that is expected, and ways in and out of it.

``bank/*.yaml`` is read by ``load_questions``. A question's id comes from its words and those before it,
so that a question may move between files and keep its approvals.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from assistant.evidence.approvals import digest
from assistant.evidence.corpus import REGISTERS, Corpus, Example, load_questions
from assistant.files import read_text, write_whole
from assistant.guard.text import clean
from assistant.reply import EVIDENCE, Kind, PlainspokenError

COLUMNS = ("question", "kinds", "facts", "gaps", "who", "history", "comment")
"""Columns of a CSV; the first two are needed. Lists are separated by `;`, earlier questions by ` / `."""
IMPORTED = "imported"
LONGEST = 2_000
"""Characters of a question."""
_FORMULA = re.compile(r"^'(?=[=+\-@])")


def id_of(question: str, history: Sequence[str] = ()) -> str:
    """The id of a question of the bank: 12 hex digits."""
    return digest("\0".join([*history, question]))[:12]


@dataclass(frozen=True)
class Row:
    """One row from outside that can be kept: a question for the bank, or a comment on one that is there."""

    question: Example
    comment: str


@dataclass(frozen=True)
class Read:
    """What a file from outside holds: good rows, and the bad ones as ``FILE:LINE: why``."""

    rows: list[Row]
    bad: list[str]


def read_csv(file: Path, corpus: Corpus) -> Read:
    """Questions and comments in a CSV with the header :data:`COLUMNS`.

    Raises:
        PlainspokenError: the file cannot be read, or its header lacks or adds a column.
    """
    text = read_text(file, "a CSV file")
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    rows: list[Row] = []
    bad: list[str] = []
    try:
        header = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        _check_header(file, header)
        line = reader.line_num + 1
        for row in reader:
            try:
                rows.append(_row(row, corpus, file, line))
            except ValueError as error:
                bad.append(f"{file}:{line}: left out ({error})")
            line = reader.line_num + 1
    except csv.Error as error:
        bad.append(f"{file}:{reader.line_num}: not CSV from here on ({error})")
    return Read(rows, bad)


def _check_header(file: Path, header: Sequence[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in COLUMNS[:2] if name not in header]
    twice = len(set(header)) < len(header)
    if unknown or missing or twice:
        why = "a column stands there twice"
        why = f"column {missing[0]!r} is missing" if missing else why
        why = f"unknown column {unknown[0]!r}" if unknown else why
        raise PlainspokenError(
            f"{file}:1: {why}. The first line names the columns: {', '.join(COLUMNS)}; the first two are needed."
        )


def _row(row: dict[str, Any], corpus: Corpus, file: Path, line: int) -> Row:
    if "" in row:
        raise ValueError("more values than columns; put quotes around a value with a comma in it")
    cells = {name: _FORMULA.sub("", clean(row.get(name) or "").strip()) for name in COLUMNS}
    question = " ".join(cells["question"].split())
    if not question:
        raise ValueError("no question")
    if len(question) > LONGEST:
        raise ValueError(f"the question has over {LONGEST} characters")
    names = _list(cells["kinds"])
    known = [k for k in names if k in list(Kind)]
    if not names or len(known) < len(names):
        raise ValueError(f"kinds must be of {', '.join(Kind)}, separated by `;`")
    kinds = tuple(Kind(k) for k in names)
    facts, gaps = _list(cells["facts"]), _list(cells["gaps"])
    for name, there, what in ((facts, corpus.facts, "fact"), (gaps, corpus.gaps, "gap")):
        if unknown := [i for i in name if i not in there]:
            raise ValueError(f"unknown {what} {unknown[0]}")
    if kinds[0] in EVIDENCE and not facts:
        raise ValueError(f"{kinds[0]} needs facts")
    who = cells["who"] or "lay"
    if who not in REGISTERS:
        raise ValueError(f"who must be one of {', '.join(sorted(REGISTERS))}")
    history = tuple(h.strip() for h in cells["history"].split(" / ") if h.strip())
    return Row(Example(question, kinds, facts, gaps, history, who, file.stem, file, line), cells["comment"])


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def add(folder: Path, questions: Iterable[Example], corpus: Corpus, name: str = IMPORTED) -> int:
    """Add questions to ``folder/bank/name.yaml``; those that the bank or the examples hold are passed over.

    Returns how many were added.

    Raises:
        PlainspokenError: the file cannot be written; it is as it was.
    """
    file = folder / "bank" / f"{name}.yaml"
    try:
        file.parent.mkdir(exist_ok=True)
        with FileLock(file.parent / ".lock"):
            there = {
                id_of(e.text, e.history)
                for part in ("bank", "examples")
                for e in load_questions(folder / part, corpus.facts, corpus.gaps, measured=True)[0]
            }
            fresh = {id_of(q.text, q.history): q for q in questions}
            rows = [as_yaml(q) for i, q in fresh.items() if i not in there]
            if not rows:
                return 0
            old = (
                read_text(file, "a bank file")
                if file.exists()
                else f"voice: {name}    # measured on and reviewed, never learnt from\nquestions:\n"
            )
            write_whole(file, old.rstrip("\n") + "\n" + "".join(rows), replace=True)
            file.chmod(0o644)
            return len(rows)
    except OSError as error:
        raise PlainspokenError(
            f"{file}: cannot be written ({error.strerror}). Check the corpus folder."
        ) from error


def as_yaml(question: Example) -> str:
    """A question as a row of a YAML list of questions."""
    row: dict[str, Any] = {"q": question.text}
    if question.history:
        row["history"] = list(question.history)
    row["kinds"] = [k.value for k in question.kinds]
    row |= {key: list(ids) for key, ids in (("facts", question.facts), ("gaps", question.gaps)) if ids}
    row["register"] = question.register
    # JSON is YAML: every text quoted, on one line, whatever it holds
    return f"  - {json.dumps(row, ensure_ascii=False)}\n"


def as_csv(rows: Iterable[dict[str, str]]) -> str:
    """A table as CSV. A value that a spreadsheet would take for a formula gets a leading apostrophe."""
    rows = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: f"'{v}" if v[:1] in "=+-@\t\r" and v else v for k, v in row.items()} for row in rows)
    return out.getvalue()
