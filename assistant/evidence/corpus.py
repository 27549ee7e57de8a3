"""Reads a corpus folder: facts, gaps and terms, passages, example questions, the question bank.

One reader serves everybody. What is wrong with a file is collected as :class:`Problem` and the
item is left out, so that one bad passage never takes the others down; ``plainspoken check``
prints the problems.

    facts.yaml      facts with their grades, gaps, terms, names
    framing.yaml    which passages and facts have a part of their own in replies
    passages/*.md   one vetted passage a file: YAML front matter, then one sentence a line
    examples/*.yaml questions that teach: learnt from and indexed
    bank/*.yaml     questions that measure: never indexed, never learnt from
    claims/*.yaml   sentences labelled with what they claim (see claims.py)
    approvals/      who approved which text; not part of what the index is built from (see approvals.py)
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml

from assistant.evidence.approvals import Approval, in_force, read_approvals
from assistant.reply import EVIDENCE, Kind, PlainspokenError, Status

Labelled = TypeVar("Labelled")
REGISTERS = frozenset(
    [
        "lay",
        "short",
        "typo",
        "emotional",
        "sceptic",
        "technical",
        "nonnative",
        "rambling",
        "child",
        "patient",
        "staff",
        "foreign",
    ]
)
LEARNT = ("facts.yaml", "framing.yaml", "passages", "examples")
"""What of a corpus folder the index is built from. An approval builds no index anew."""


@dataclass(frozen=True)
class Problem:
    """Something a maintainer has to put right. ``str()`` gives ``FILE:LINE: what, and what to do``."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Fact:
    """One fact of the summary: its grade, and the fact in our own words."""

    id: str
    grade: Status
    says: str
    line: int


@dataclass(frozen=True)
class Passage:
    """One vetted passage. ``sentences`` are shown whole; ``limits`` always go with them."""

    id: str
    title: str
    status: Status
    facts: tuple[str, ...]
    section: str
    sentences: tuple[str, ...]
    limits: tuple[str, ...]
    asked_as: tuple[str, ...]
    file: Path
    approvals: tuple[Approval, ...] = ()
    sentence_lines: tuple[int, ...] = field(default=(), compare=False)
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def body(self) -> str:
        """The passage as a reader sees it."""
        return " ".join(self.sentences)

    @property
    def sha256(self) -> str:
        """The hash that an approval is given for: everything a family sees, and the facts behind it."""
        seen = [
            self.id,
            self.title,
            self.status.value,
            list(self.facts),
            self.section,
            list(self.sentences),
            list(self.limits),
        ]
        return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()

    @property
    def as_seen(self) -> str:
        """Everything that an approval is given for, a line each, as a reviewer reads it."""
        about = f"{self.status.value}; {', '.join(self.facts)}; {self.section}"
        return "\n".join([self.title, about, *self.sentences, *(f"+ {limit}" for limit in self.limits)])

    @property
    def about_benefit(self) -> bool:
        """Whether it speaks of a benefit, and so may need more than one approval."""
        return self.status is Status.PLAUSIBLE

    def approval(self, today: date, needed: int = 1) -> Approval | None:
        """The newest approval in force today for exactly this text, if ``needed`` people gave one."""
        standing = in_force(self.approvals, self.sha256, today)
        return standing[0] if len(standing) >= needed else None


@dataclass(frozen=True)
class Example:
    """One question with its acceptable kinds (best first), facts (best first), gaps and history."""

    text: str
    kinds: tuple[Kind, ...]
    facts: tuple[str, ...]
    gaps: tuple[str, ...]
    history: tuple[str, ...]
    register: str
    voice: str
    file: Path
    line: int


@dataclass(frozen=True)
class Framing:
    """Which passages and facts have a part of their own in replies (``framing.yaml``)."""

    plausible: str
    right_question: str
    declined: str
    hope: tuple[str, ...]
    sorry: tuple[str, ...]
    guarantee: tuple[str, ...]
    other_care: tuple[str, ...]
    against: dict[str, tuple[str, ...]]
    """The facts and gaps that each kind of claim runs against."""


class Approved(dict[str, Passage]):
    """The passages that may be served, by id."""

    @cached_property
    def saying(self) -> dict[str, Passage]:
        """For each sentence that may not be left out, the first passage that says it."""
        wanted = {limit for passage in self.values() for limit in passage.limits}
        found: dict[str, Passage] = {}
        for passage in self.values():
            for sentence in passage.sentences:
                if sentence in wanted:
                    found.setdefault(sentence, passage)
        return found


@dataclass(frozen=True)
class Corpus:
    """A corpus as read from disk, and what is wrong with it."""

    folder: Path
    framing: Framing
    facts: dict[str, Fact]
    gaps: dict[str, str]
    terms: dict[str, str]
    names: tuple[str, ...]
    """Names that nobody can put more simply; they do not count in a reading grade."""
    passages: dict[str, Passage]
    problems: tuple[Problem, ...]
    learnt: str
    """Content hash of what the index is built from."""
    benefit_approvals: int = 1
    """How many people must approve a passage about benefit before it is served."""
    version: str = ""
    """Content hash of what answers depend on: :attr:`learnt`, and the approvals of passages."""

    def needed(self, passage: Passage) -> int:
        """How many people must approve this passage."""
        return self.benefit_approvals if passage.about_benefit else 1

    def approved(self, today: date) -> Approved:
        """The passages that may be served today: approved, and with all their limits approved too."""
        approved = {p.id: p for p in self.passages.values() if p.approval(today, self.needed(p))}
        said = {sentence for p in approved.values() for sentence in p.sentences}
        return Approved({p.id: p for p in approved.values() if said.issuperset(p.limits)})


class _LineLoader(yaml.CSafeLoader):
    """YAML in which every mapping knows its line, as ``__line__`` (first line is 1)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        mapping["__line__"] = node.start_mark.line + 1
        return mapping


def read_yaml(text: str, file: Path, problems: list[Problem], first_line: int = 1) -> dict[str, Any]:
    """The mapping in ``text``; an empty one, and a problem, if there is none."""
    try:
        data = yaml.load(text, Loader=_LineLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + first_line
        reason = getattr(error, "problem", None) or " ".join(str(error).split())[:80] or "not valid YAML"
        problems.append(Problem(file, line, f"does not parse ({reason}); correct the YAML"))
        return {}
    if not isinstance(data, dict):
        problems.append(Problem(file, first_line, "is not a mapping of names; see another such file"))
        return {}
    return data


def read_text(file: Path, problems: list[Problem]) -> str | None:
    """The file's text, or None and a problem."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(file, 1, "is not UTF-8 text; save it as UTF-8"))
    except OSError as error:
        problems.append(Problem(file, 1, f"cannot be read ({error.strerror}); check the file"))
    return None


@dataclass(frozen=True)
class Row:
    """One labelled row, who wrote it, and where it stands."""

    values: dict[str, Any]
    voice: str
    file: Path
    line: int


def load_rows(
    folder: Path, key: str, read: Callable[[Row], Labelled]
) -> tuple[list[Labelled], list[Problem]]:
    """What ``read`` makes of the rows under ``key`` in every ``*.yaml`` of ``folder``, and what is wrong with the
    others: those from which ``read`` raises KeyError, TypeError, ValueError or AttributeError."""
    problems: list[Problem] = []
    found: list[Labelled] = []
    for file in sorted(folder.glob("*.yaml")):
        data = read_yaml(read_text(file, problems) or "", file, problems)
        rows = data.get(key)
        if not isinstance(rows, list):
            problems.append(Problem(file, 1, f"has no list `{key}`; see another such file"))
            continue
        for row in rows:
            line = row.get("__line__", 1) if isinstance(row, dict) else 1
            try:
                if not isinstance(row, dict):
                    raise TypeError("not a mapping of names")
                found.append(read(Row(row, str(data.get("voice", file.stem)), file, line)))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                reason = f"no {error.args[0]}" if isinstance(error, KeyError) else str(error)
                what = key.removesuffix("s")
                problems.append(Problem(file, line, f"{what} left out ({reason}); correct the row"))
    return found, problems


def load_corpus(folder: Path, benefit_approvals: int = 1) -> Corpus:
    """Read facts, passages and their approvals under ``folder``.

    Raises:
        PlainspokenError: the folder or its ``facts.yaml`` is not there.
    """
    facts_file = folder / "facts.yaml"
    if not facts_file.is_file():
        raise PlainspokenError(
            f"{facts_file}: not found. Set PLAINSPOKEN_CORPUS to a corpus folder, or unset it."
        )
    problems: list[Problem] = []
    data = read_yaml(read_text(facts_file, problems) or "", facts_file, problems)
    facts: dict[str, Fact] = {}
    for fact_id, row in _items(data.get("facts")):
        line = row.get("__line__", 1) if isinstance(row, dict) else 1
        try:
            facts[fact_id] = Fact(fact_id, Status(row["grade"]), _text(row["says"]), line)
        except (KeyError, TypeError, ValueError):
            grades = ", ".join(Status)
            problems.append(
                Problem(facts_file, line, f"{fact_id} needs `grade` (one of {grades}) and `says`")
            )
    gaps = {k: str(v) for k, v in _items(data.get("gaps"))}
    terms = {k: str(v) for k, v in _items(data.get("terms"))}
    passages: dict[str, Passage] = {}
    for file in sorted((folder / "passages").glob("*.md")):
        passage = _read_passage(file, facts, problems)
        if passage is None:
            continue
        if passage.id in passages:
            other = passages[passage.id].file.name
            problems.append(
                Problem(
                    file, passage.lines.get("id", 1), f"id {passage.id} is also used by {other}; rename one"
                )
            )
            continue
        passages[passage.id] = passage
    framing = _read_framing(folder / "framing.yaml", facts, gaps, passages, problems)
    names = _ids(data.get("names"))
    learnt = fingerprint(folder)
    corpus = Corpus(folder, framing, facts, gaps, terms, names, passages, tuple(problems), learnt)
    return with_approvals(corpus, benefit_approvals)


def with_approvals(corpus: Corpus, benefit_approvals: int) -> Corpus:
    """``corpus`` with the approvals that its folder has now."""
    approvals, bad = read_approvals(corpus.folder, "passages")
    records = "".join(a.as_line() for given in approvals.values() for a in given)
    problems = [Problem(b.file, b.line, b.why) for b in bad]
    passages = {
        p.id: replace(p, approvals=tuple(approvals.get(f"passage:{p.id}", ())))
        for p in corpus.passages.values()
    }
    return replace(
        corpus,
        passages=passages,
        problems=(*corpus.problems, *problems),
        benefit_approvals=benefit_approvals,
        version=hashlib.sha256(f"{corpus.learnt}\0{records}".encode()).hexdigest(),
    )


def _read_framing(
    file: Path,
    facts: dict[str, Fact],
    gaps: dict[str, str],
    passages: dict[str, Passage],
    problems: list[Problem],
) -> Framing:
    data = read_yaml(read_text(file, problems) or "{}", file, problems)
    against = {claim: _ids(ids) for claim, ids in _items(data.get("against"))}
    framing = Framing(
        plausible=str(data.get("plausible", "")),
        right_question=str(data.get("right_question", "")),
        declined=str(data.get("declined", "")),
        hope=_ids(data.get("hope")),
        sorry=_ids(data.get("sorry")),
        guarantee=_ids(data.get("guarantee")),
        other_care=_ids(data.get("other_care")),
        against=against,
    )
    named = (framing.plausible, framing.right_question, framing.declined)
    unknown = [f"passage {p}" for p in named if p not in passages]
    unknown += [
        f"fact {f}"
        for f in framing.hope + framing.sorry + framing.guarantee + framing.other_care
        if f not in facts
    ]
    unknown += [
        f"fact or gap {i}" for ids in against.values() for i in ids if i not in facts and i not in gaps
    ]
    problems.extend(Problem(file, 1, f"unknown {name}; name one of this corpus") for name in unknown)
    return framing


def _items(mapping: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(mapping, dict):
        yield from ((str(k), v) for k, v in mapping.items() if k != "__line__")


def _status(value: Any) -> Status:
    if str(value) not in list(Status):
        raise ValueError(f"no grade: status must be one of {', '.join(Status)}")
    return Status(str(value))


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else ()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("empty")
    return value.strip()


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple(_text(v) for v in value)


def _read_passage(file: Path, facts: dict[str, Fact], problems: list[Problem]) -> Passage | None:
    text = read_text(file, problems)
    if text is None:
        return None
    rows = text.splitlines()
    if not rows or rows[0].strip() != "---" or "---" not in [r.strip() for r in rows[1:]]:
        problems.append(Problem(file, 1, "has no front matter; begin with it between two lines of ---"))
        return None
    end = [r.strip() for r in rows].index("---", 1)
    front = "\n".join(rows[1:end])
    before = len(problems)
    data = read_yaml(front, file, problems, first_line=2)
    if len(problems) > before:
        return None
    lines = {r.split(":")[0]: n for n, r in enumerate(rows[:end], 1) if r[:1].isalpha()}
    body = [(n, r.strip()) for n, r in enumerate(rows, 1) if n > end + 1 and r.strip()]
    lines["body"] = body[0][0] if body else end + 1
    try:
        passage = Passage(
            id=_text(data.get("id")),
            title=_text(data.get("title")),
            status=_status(data.get("status")),
            facts=_texts(data.get("facts")),
            section=_text(data.get("section")),
            sentences=tuple(text for _, text in body),
            sentence_lines=tuple(n for n, _ in body),
            limits=_texts(data.get("limits")),
            asked_as=_texts(data.get("asked_as")),
            file=file,
            lines=lines,
        )
    except (ValueError, TypeError, KeyError) as error:
        problems.append(
            Problem(
                file,
                1,
                f"front matter is not complete ({error}); it needs id, title, status, facts, section "
                "and asked_as as in the other passages",
            )
        )
        return None
    unknown = [f for f in passage.facts if f not in facts]
    if unknown or not passage.facts or not passage.sentences:
        what = f"unknown fact {unknown[0]}" if unknown else "no facts" if not passage.facts else "no text"
        problems.append(Problem(file, lines.get("facts", 1), f"{what}; use ids of facts.yaml"))
        return None
    return passage


def load_questions(
    folder: Path,
    facts: Sequence[str] | dict[str, Any],
    gaps: Sequence[str] | dict[str, Any],
    *,
    measured: bool = False,
) -> tuple[list[Example], list[Problem]]:
    """The questions of every ``*.yaml`` in ``folder`` (examples or bank), and what is wrong.

    Questions that are only ``measured`` may leave open which gap they fall into.
    """

    def read(row: Row) -> Example:
        example = _question(row, measured)
        unknown = [f for f in example.facts if f not in facts]
        unknown += [g for g in example.gaps if g not in gaps]
        if unknown:
            raise ValueError(f"unknown id {unknown[0]}")
        return example

    return load_rows(folder, "questions", read)


def _question(labelled: Row, measured: bool) -> Example:
    row = labelled.values
    known = {"q", "kinds", "facts", "gaps", "history", "register", "__line__"}
    if set(row) - known:
        raise ValueError(f"unknown key {sorted(set(row) - known)[0]}")
    kinds = tuple(Kind(k) for k in row["kinds"])
    facts, gaps = _texts(row.get("facts")), _texts(row.get("gaps"))
    if not kinds:
        raise ValueError("no kinds")
    if row["register"] not in REGISTERS:
        raise ValueError(f"unknown register {row['register']}")
    if kinds[0] in EVIDENCE and not facts:
        raise ValueError(f"{kinds[0]} needs facts")
    if kinds[0] is Kind.NOT_COVERED and not gaps and not measured:
        raise ValueError("not_covered needs gaps")
    if not isinstance(row["q"], str) or not row["q"]:
        raise ValueError("q must be text")
    return Example(
        text=row["q"],
        kinds=kinds,
        facts=facts,
        gaps=gaps,
        history=_texts(row.get("history")),
        register=row["register"],
        voice=labelled.voice,
        file=labelled.file,
        line=labelled.line,
    )


def learnt_names(folder: Path) -> list[str]:
    """The files of a corpus folder that the index is built from, named within it, in no order."""
    root = str(folder)
    found = [name for name in LEARNT if os.path.isfile(os.path.join(root, name))]
    for part in LEARNT:
        for where, folders, names in os.walk(os.path.join(root, part)):
            folders[:] = [f for f in folders if not f.startswith(".")]
            within = os.path.relpath(where, root)
            found += [os.path.join(within, n) for n in names if not n.startswith(".")]
    return found


def fingerprint(folder: Path) -> str:
    """The content hash (sha256, hex) of what the index is built from: names and bytes of every file.

    Raises:
        PlainspokenError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for name in sorted(map(Path, learnt_names(folder))):
        file = folder / name
        try:
            content = file.read_bytes()
        except OSError as error:
            raise PlainspokenError(f"{file}: cannot be read ({error.strerror}). Check the file.") from error
        digest.update(f"{name.as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
