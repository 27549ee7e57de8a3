"""How well the rehearsal judges staff's answers: its verdicts beside those of people.

    python -m tests.benchmarks.rehearsal [--taught]

Measured on `corpus/bank/answers`, which nothing was learnt from; with --taught also on `corpus/answers`, on which
the thresholds were set. What is printed without it is also written to tests/benchmarks/REHEARSAL.md.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from assistant import settings
from assistant.desk import rehearsal
from assistant.desk.rehearsal import Feedback, Judge, Said
from assistant.desk.room import open_judge
from assistant.evidence.answers import QUALITIES, LabelledAnswer, Verdict, load_answers
from assistant.guard.claims import read
from assistant.guard.text import clean
from assistant.reply import Question
from tests.benchmarks.page import copied_to

PAGE = Path(__file__).with_name("REHEARSAL.md")
TITLE = "# How well the rehearsal judges"
ABOUT = (
    "Made by `make rehearsal`. Answers in `corpus/bank/answers`, written and labelled by other hands than the rest; "
    "nothing was learnt from them. Those of `assessor`, `auditor` and `examiner` were in sight when the thresholds "
    "were chosen; those of `inspector` and `surveyor` were not."
)
THRESHOLDS = (
    "COVERED",
    "DENIED",
    "CLAIM_DENIES",
    "BESIDE",
    "SILENT",
    "AT_ONCE",
    "NEAR",
    "NEAREST",
    "FEWEST",
    "MOST",
    "LIKELY",
    "TURN",
    "CLAIMED",
    "CLEARED",
)
AT_ONCE = 16
Row = tuple[LabelledAnswer, Feedback, dict[str, Verdict]]
"""What a person says, the feedback, and the verdict on each fact that the person names."""


def judged(judge: Judge, labelled: Sequence[LabelledAnswer]) -> list[Row]:
    """Each answer judged twice: as in a rehearsal, and by the facts that a person labelled."""
    out = []
    for at in range(0, len(labelled), AT_ONCE):
        group = labelled[at : at + AT_ONCE]
        asked = [Said(Question(row.question), row.answer) for row in group]
        named = [replace(s, facts=tuple(row.points)) for s, row in zip(asked, group, strict=True)]
        both = zip(group, judge.batch(asked), judge.batch(named), strict=True)
        out += [(row, mine, {p.fact: p.verdict for p in theirs.points}) for row, mine, theirs in both]
    return out


def ratio(part: int, of: int) -> str:
    return f"{part / of:.3f} ({part} of {of})" if of else "–"


def agreement(
    name: str, pairs: Sequence[tuple[bool, bool]], head: str = "agreement   precision   recall"
) -> None:
    """How often two say the same; and, of the rare thing, how much of what is said is so and is found."""
    same = sum(a == b for a, b in pairs)
    both = sum(a and b for a, b in pairs)
    said, is_so = sum(b for _, b in pairs), sum(a for a, _ in pairs)
    print(
        f"{name:34} {same / max(1, len(pairs)):9.3f} {both / max(1, said):11.3f} {both / max(1, is_so):8.3f}"
        f"   n={len(pairs)}, {is_so} are"
    )


def points(labelled: Sequence[tuple[Verdict, Verdict]]) -> None:
    """How often two say the same of facts: what a person says of each, and what is judged."""
    known = [pair for pair in labelled if Verdict.CONTRADICTED not in pair]
    for verdict, name, among in (
        (Verdict.COVERED, "coverage: covered or missed", known),
        (Verdict.COVERED, "covered, of all points", labelled),
        (Verdict.CONTRADICTED, "contradicted, of all points", labelled),
    ):
        agreement(name, [(a is verdict, b is verdict) for a, b in among])


def verdicts(rows: Sequence[Row]) -> None:
    labelled = [(row.points[f], mine[f]) for row, _, mine in rows for f in row.points]
    print(
        f"{len(rows)} answers, {len(labelled)} points, {sum(len(r.overclaims) for r, _, _ in rows)} overclaims\n"
    )
    print(f"{'':34} agreement   precision   recall")
    points(labelled)
    sentences, answers = [], []
    for row, feedback, _ in rows:
        told, wrong = {c.text for c in feedback.claims}, [clean(text) for text, _ in row.overclaims]
        for _, text in read(row.answer):
            sentence = clean(text)
            sentences.append((any(sentence in w or w in sentence for w in wrong), sentence in told))
        answers.append((bool(wrong), bool(told)))
    agreement("overclaim, by sentence", sentences)
    agreement("overclaim, by answer", answers)
    print("\nas labelled     judged: covered  missed  contradicted")
    counts = Counter(labelled)
    for label in Verdict:
        print(f"{label:16} {'':7}" + "".join(f"{counts[label, v]:8}" for v in Verdict))


def found(rows: Sequence[Row]) -> None:
    """What the feedback says where nobody tells it the facts: those that it does not speak of count as missed."""
    told = [
        (row.points[f], {p.fact: p.verdict for p in feedback.points}.get(f, Verdict.MISSED))
        for row, feedback, _ in rows
        for f in row.points
    ]
    print(
        "\nas in a rehearsal, where nobody tells the facts; one that the feedback does not speak of is missed"
    )
    points(told)
    for verdict in Verdict:
        named = [(f, fb) for row, fb, _ in rows for f, v in row.points.items() if v is verdict]
        there = sum(f in {p.fact for p in fb.points} for f, fb in named)
        print(f"facts labelled {verdict:13} that the feedback speaks of: {ratio(there, len(named))}")
    print(f"points of one feedback, on average: {statistics.mean(len(fb.points) for _, fb, _ in rows):.1f}")


def by(name: str, rows: Sequence[Row], key: Callable[[LabelledAnswer], str], order: Sequence[str]) -> None:
    print(f"\n{name:16} answers  right of all points")
    for value in order:
        mine = [(row.points[f], v[f]) for row, _, v in rows if key(row) == value for f in row.points]
        if mine:
            n = sum(key(row) == value for row, _, _ in rows)
            print(f"{value:16} {n:7}  {ratio(sum(a is b for a, b in mine), len(mine))}")


def report(name: str, rows: Sequence[Row]) -> None:
    print(f"## {name}\n")
    verdicts(rows)
    found(rows)
    by("quality", rows, lambda row: row.quality, QUALITIES)
    print()


def wrong(rows: Sequence[Row]) -> None:
    """Every verdict that differs from the label."""
    for row, feedback, mine in rows:
        for fact, label in row.points.items():
            if mine[fact] is not label:
                print(f"{fact} {label} judged {mine[fact]}: {row.question} -> {row.answer}")
        told = {c.text: c.claim for c in feedback.claims}
        labelled = dict(row.overclaims)
        for text in told.keys() ^ labelled.keys():
            print(f"overclaim {labelled.get(text)} judged {told.get(text)}: {text}")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.rehearsal", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--taught", action="store_true", help="measure on corpus/answers, with every difference"
    )
    given = parser.parse_args()
    judge = open_judge(settings.load())
    corpus = judge.corpus
    folder = corpus.folder / "answers" if given.taught else corpus.folder / "bank" / "answers"
    labelled, problems = load_answers(folder, corpus.facts)
    if problems or not labelled:
        raise SystemExit(f"{folder}: {problems[0] if problems else 'no labelled answers'}")
    with copied_to(None if given.taught else PAGE, TITLE, ABOUT):
        print("thresholds: " + ", ".join(f"{name} {getattr(rehearsal, name)}" for name in THRESHOLDS) + "\n")
        for file in sorted({row.file for row in labelled}):
            rows = judged(judge, [row for row in labelled if row.file == file])
            report(str(file.relative_to(corpus.folder.parent)), rows)
            if given.taught:
                wrong(rows)


if __name__ == "__main__":
    main()
