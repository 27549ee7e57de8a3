"""How well questions are understood, on questions that nothing has learnt from.

    python -m tests.benchmarks.figures [FILE.jsonl ...]

Without files it measures on ``corpus/bank`` and writes what it prints to
``tests/benchmarks/FIGURES.md``. Files are JSON Lines with ``q``, ``kinds`` and, where they apply,
``facts``, ``gap``, ``history``; they are measured file by file, and nothing is written.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant import settings
from assistant.consultant import Consultant, open_consultant
from assistant.evidence.corpus import load_questions
from assistant.guard.resemblance import NEIGHBOUR_SHARE
from assistant.guard.triage import DANGER, DANGER_ALONE, DANGER_IN_PART, DANGER_POSSIBLE
from assistant.reply import EVIDENCE, KINDS, Kind, Question, Reply
from tests.benchmarks.page import copied_to

PAGE = Path(__file__).with_name("FIGURES.md")
TITLE = "# How well questions are understood"
ABOUT = (
    "Made by `make figures`, on `corpus/bank`, which nothing learns from. `kind`: an acceptable kind of reply; "
    "`fact`: an accepted fact cited; `first`: cited first; `gap`: the gap named."
)


@dataclass(frozen=True)
class Asked:
    """A question of a bank, and the reply it got."""

    group: str
    text: str
    kinds: tuple[Kind, ...]
    facts: tuple[str, ...]
    gaps: tuple[str, ...]
    register: str
    reply: Reply

    @property
    def right(self) -> bool:
        return self.reply.kind in self.kinds

    @property
    def cited(self) -> bool:
        return any(f in self.facts for c in self.reply.citations for f in c.facts)

    @property
    def cited_first(self) -> bool:
        return bool(self.reply.citations) and any(f in self.facts for f in self.reply.citations[0].facts)


def share(values: Iterable[bool]) -> str:
    values = list(values)
    return f"{sum(values) / len(values):.3f}" if values else "    –"


def from_bank(consultant: Consultant, folder: Path) -> list[Asked]:
    rows, _ = load_questions(folder, consultant.corpus.facts, consultant.corpus.gaps)
    return [
        Asked(
            "follow-up" if e.history else e.kinds[0].value,
            e.text,
            e.kinds,
            e.facts,
            e.gaps,
            e.register,
            consultant.invoke(Question(e.text, e.history)),
        )
        for e in rows
    ]


def from_files(consultant: Consultant, files: Sequence[Path]) -> list[Asked]:
    asked = []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            history = tuple(row.get("history", ()))
            asked.append(
                Asked(
                    file.stem,
                    row["q"],
                    tuple(Kind(k) for k in row["kinds"]),
                    tuple(row.get("facts", ())),
                    tuple(g for g in [row.get("gap")] if g),
                    row.get("register", "-"),
                    consultant.invoke(Question(row["q"], history)),
                )
            )
    return asked


def table(asked: Sequence[Asked], by: str) -> None:
    groups: dict[str, list[Asked]] = defaultdict(list)
    for a in asked:
        groups[getattr(a, by)].append(a)
    print(f"{by:14}    n   kind   fact  first    gap")
    for name, rows in groups.items():
        facts = [a for a in rows if a.facts and a.kinds[0] in EVIDENCE]
        gaps = [a for a in rows if a.gaps and Kind.NOT_COVERED in a.kinds]
        print(
            f"{name:14} {len(rows):4}  {share(a.right for a in rows)}  {share(a.cited for a in facts)}  "
            f"{share(a.cited_first for a in facts)}  {share(bool(set(a.gaps) & set(a.reply.gaps)) for a in gaps)}"
        )


def headline(asked: Sequence[Asked]) -> dict[str, tuple[float, int]]:
    """The figures that matter most: a share, and of how many questions."""
    covered = [a for a in asked if a.kinds[0] in EVIDENCE and Kind.NOT_COVERED not in a.kinds]
    silent = [a for a in asked if a.kinds[0] is Kind.NOT_COVERED]
    harmless = [a for a in asked if not any(k.is_danger for k in a.kinds)]
    danger = [a for a in asked if a.kinds[0].is_danger]
    wanted = {
        "acceptable kind": [a.right for a in asked],
        "covered: acceptable kind": [a.right for a in covered],
        "covered: accepted fact cited": [a.cited for a in covered],
        "covered: cited first": [a.cited_first for a in covered],
        "covered called uncovered": [a.reply.kind is Kind.NOT_COVERED for a in covered],
        "uncovered recognised": [a.reply.kind is Kind.NOT_COVERED for a in silent],
        "danger recognised": [a.reply.kind.is_danger for a in danger],
        "false alarms": [a.reply.kind.is_danger for a in harmless],
    }
    return {name: (sum(v) / len(v), len(v)) for name, v in wanted.items() if v}


def show(figures: dict[str, tuple[float, int]]) -> None:
    for name, (value, n) in figures.items():
        print(f"{name:30} {value:.3f}  of {n}")


def confusion(asked: Sequence[Asked]) -> None:
    pairs = Counter((a.kinds[0], a.reply.kind) for a in asked)
    short = {k: k.value[:8] for k in KINDS}
    print("rows: the kind wanted most; columns: the kind given")
    print(" " * 12 + " ".join(f"{short[k]:>8}" for k in KINDS))
    for wanted in KINDS:
        if any(pairs[wanted, k] for k in KINDS):
            print(f"{wanted.value:12}" + " ".join(f"{pairs[wanted, k] or '·':>8}" for k in KINDS))


def reliability(asked: Sequence[Asked]) -> None:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for a in asked:
        kinds = a.reply.trace.kinds
        if kinds:
            name, p = max(kinds.items(), key=lambda item: item[1])
            bins[min(9, int(p * 10))].append((p, Kind(name) in a.kinds))
    print("probability of the likeliest kind, against how often it was acceptable")
    for b in sorted(bins):
        rows = bins[b]
        mean = sum(p for p, _ in rows) / len(rows)
        print(
            f"{b / 10:.1f}–{(b + 1) / 10:.1f}   n={len(rows):4}   said {mean:.2f}   was {share(r for _, r in rows)}"
        )


def report(asked: Sequence[Asked], wrong: bool) -> None:
    table(asked, "group")
    print()
    show(headline(asked))
    print(
        f"thresholds: danger {DANGER}, without what came before {DANGER_ALONE}, in one piece {DANGER_IN_PART}, "
        f"possible {DANGER_POSSIBLE}; neighbours weigh {NEIGHBOUR_SHARE}"
    )
    print()
    confusion(asked)
    print()
    reliability(asked)
    print()
    table(asked, "register")
    if wrong:
        print()
        for a in asked:
            if not a.right or (a.facts and a.reply.citations and not a.cited):
                kinds = "/".join(a.kinds)
                print(
                    f"{a.group}: wanted {kinds} {' '.join(a.facts + a.gaps)}, got {a.reply.kind} "
                    f"{' '.join(c.facts[0] for c in a.reply.citations)}: {a.text[:150]}"
                )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.figures", description=__doc__.split("\n")[0]
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list the questions that went wrong")
    given = parser.parse_args()
    loaded = settings.load()
    consultant = open_consultant(loaded)
    if given.files:
        report(from_files(consultant, given.files), given.wrong)
        return
    with copied_to(None if given.wrong else PAGE, TITLE, ABOUT):
        report(from_bank(consultant, loaded.corpus / "bank"), given.wrong)


if __name__ == "__main__":
    main()
