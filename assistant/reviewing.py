"""`plainspoken review` without a screen: replaying the bank, and what comes in and goes out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TextIO

from assistant import conversation_file, places, settings
from assistant.asking import open_with_progress
from assistant.desk import approvals, bank, layout, summary
from assistant.desk.items import bad_records
from assistant.desk.names import ordinary, terms_of, without_names
from assistant.desk.replay import Answer, Replay, Why, answers, replay
from assistant.desk.replay import bank as bank_of
from assistant.desk.report import comment_on, lines, page
from assistant.desk.words import StaffWords
from assistant.evidence.corpus import Corpus, Example, load_corpus, load_questions
from assistant.files import write_whole
from assistant.reply import Kind, PlainspokenError
from assistant.screening import screen_with_progress
from assistant.settings import Settings

FROM_FAMILIES = "from-families"


def check(out: TextIO, report: Path | None, keep: str | None, today: date | None = None) -> int:
    """Replay the bank and print what differs from what was looked at. Returns 1 if anything does.

    With ``keep``, a comment, each reply that is not as the bank expects, and was neither approved nor flagged,
    is flagged with it: seen, and not right. With ``report`` the same as a page.
    """
    loaded = settings.load()
    words = StaffWords(loaded.prompts, "review")
    found = _replay(loaded, words, today or date.today(), out)
    if keep is not None:
        kept = _keep(loaded, words, found, keep)
        print(f"Replies flagged as they are: {kept}.", file=sys.stderr)
        found = _replay(loaded, words, today or date.today(), out)
    for line in lines(found, words, loaded.corpus.parent):
        print(line, file=out)
    bad = bad_records(loaded.corpus)
    for problem in bad:
        print(problem, file=out)
    if report is not None:
        version = found.answers[0].reply.corpus if found.answers else ""
        write_whole(report, page(found, words, version), replace=True)
    return 1 if found.differences or bad else 0


def _replay(loaded: Settings, words: StaffWords, today: date, out: TextIO) -> Replay:
    opened = open_with_progress()
    corpus = load_corpus(loaded.corpus, loaded.benefit_approvals)  # the index's has no line numbers
    consultant = opened.reading(corpus, opened.wording)
    screen = screen_with_progress() if any((loaded.corpus / "claims").glob("*.yaml")) else None
    if screen is None:
        print(words("check.no_claims"), file=out)
    shown = sys.stderr.isatty()

    def done(n: int) -> None:
        if shown and n % 20 == 0:
            print(f"\r{n} ", end="", file=sys.stderr, flush=True)

    found = replay(consultant, consultant.wording, screen, today, done)
    if shown:
        print("\r", end="", file=sys.stderr)
    return found


def _keep(loaded: Settings, words: StaffWords, found: Replay, comment: str) -> int:
    who = _reviewer(loaded)
    misses = {Why.KIND, Why.CITATION, Why.GAP}
    records = [
        d.item.record("flag", who, found.today, f"{comment}: {comment_on(d.answer, words)}")
        for d in found.differences
        if d.answer and misses & set(d.why) and Why.CHANGED not in d.why
    ]
    if records:
        approvals.add(loaded.corpus, "answers", records)
    return len(records)


def _reviewer(loaded: Settings) -> str:
    who = approvals.reviewer(loaded.data)
    if not who:
        raise PlainspokenError(
            "nobody has said who reviews. Add --as NAME; the name is kept for the next time."
        )
    return who


def name(who: str) -> None:
    """Keep the reviewer's name."""
    approvals.name_reviewer(settings.load().data, who)


def take_in(file: Path, out: TextIO) -> int:
    """Import questions and comments (.csv), a family's own file (.json), or a summary (.md, .txt).

    Returns 1 if a row was left out.
    """
    loaded = settings.load()
    match file.suffix.lower():
        case ".csv":
            return _csv(loaded, file, out)
        case ".json":
            return _conversation(loaded, file, out)
        case ".md" | ".txt":
            made = summary.take_in(file, loaded.corpus)
            for path in made:
                print(f"{path}: draft", file=out)
            print(
                f"Drafts: {len(made)}. Grade, restate and approve them with `plainspoken review`.", file=out
            )
            return 0
    raise PlainspokenError(f"{file}: cannot be imported. Give a .csv, .json, .md or .txt file.")


def _csv(loaded: Settings, file: Path, out: TextIO) -> int:
    corpus = load_corpus(loaded.corpus)
    read = bank.read_csv(file, corpus)
    for problem in read.bad:
        print(problem, file=out)
    commented = [row for row in read.rows if row.comment]
    who = _reviewer(loaded) if commented else ""
    added = bank.add(loaded.corpus, (row.question for row in read.rows), corpus)
    if commented:
        found = answers(open_with_progress(), [row.question for row in commented])
        records = [
            answer.item.record("flag", who, date.today(), row.comment)
            for answer, row in zip(found, commented, strict=True)
        ]
        approvals.add(loaded.corpus, "answers", records)
    print(f"Questions added: {added}. Comments: {len(commented)}. Rows left out: {len(read.bad)}.", file=out)
    return 1 if read.bad else 0


def _conversation(loaded: Settings, file: Path, out: TextIO) -> int:
    """What the summary does not answer of a conversation that a family saved on purpose; without names."""
    saved = conversation_file.read(file)
    consultant = open_with_progress()
    corpus = consultant.corpus
    words, terms = _vocabulary(corpus)
    questions = [
        Example(q, (Kind.NOT_COVERED,), (), (), (), "lay", FROM_FAMILIES, file, 1) for q in saved.questions
    ]
    uncovered = []
    for answer in answers(consultant, questions):
        if answer.reply.kind is Kind.NOT_COVERED:
            text = without_names(answer.asked.text, words, terms)
            uncovered.append(
                Example(text, (Kind.NOT_COVERED,), (), answer.reply.gaps, (), "lay", FROM_FAMILIES, file, 1)
            )
    added = bank.add(loaded.corpus, uncovered, corpus, FROM_FAMILIES)
    for question in uncovered:
        print(question.text, file=out)
    print(
        f"Questions added: {added}. Names were taken out; read them once more before you share them.",
        file=out,
    )
    return 0


def _vocabulary(corpus: Corpus) -> tuple[frozenset[str], frozenset[str]]:
    examples, _ = load_questions(corpus.folder / "examples", corpus.facts, corpus.gaps)
    said = [fact.says for fact in corpus.facts.values()] + [p.body for p in corpus.passages.values()]
    return ordinary(text for e in examples for text in (e.text, *e.history)), terms_of(said)


def export(file: Path, out: TextIO) -> int:
    """Write the bank with its replies and how they stand to a .csv or .json file."""
    if file.suffix.lower() not in (".csv", ".json"):
        raise PlainspokenError(f"{file}: cannot be exported. Give the name of a .csv or .json file.")
    consultant = open_with_progress()
    found = answers(consultant, bank_of(consultant))
    today = date.today()
    if file.suffix.lower() == ".csv":
        text = bank.as_csv(_row(answer, today) for answer in found)
    else:
        text = json.dumps(list(_objects(found, today)), ensure_ascii=False, indent=1) + "\n"
    write_whole(file, text, replace=True)
    print(f"{file}: questions: {len(found)}.", file=out)
    return 0


def _row(answer: Answer, today: date) -> dict[str, str]:
    asked, reply, item = answer.asked, answer.reply, answer.item
    last = item.records[-1] if item.records else None
    return {
        "question": asked.text,
        "kinds": ";".join(asked.kinds),
        "facts": ";".join(asked.facts),
        "gaps": ";".join(asked.gaps),
        "who": asked.register,
        "history": " / ".join(asked.history),
        "comment": last.note if last else "",
        "state": item.state(today).value,
        "by": last.by if last else "",
        "reply kind": reply.kind.value,
        "reply": reply.text,
        "cited": ";".join(dict.fromkeys(f for c in reply.citations for f in c.facts)),
    }


def _objects(found: Iterable[Answer], today: date) -> Iterable[dict[str, object]]:
    for answer in found:
        asked = answer.asked
        yield {
            "id": answer.item.name,
            "question": asked.text,
            "history": list(asked.history),
            "kinds": [k.value for k in asked.kinds],
            "facts": list(asked.facts),
            "gaps": list(asked.gaps),
            "who": asked.register,
            "voice": asked.voice,
            "state": answer.item.state(today).value,
            "records": [
                {"did": r.did, "by": r.by, "on": r.on.isoformat(), "note": r.note, "sha256": r.sha256}
                for r in answer.item.records
            ],
            "reply": answer.reply.as_json(),
        }


def new_corpus(folder: Path, illness: str, treatment: str, out: TextIO) -> int:
    """Lay out an empty corpus for another summary."""
    layout.lay_out(
        folder, places.bundled("corpus"), places.bundled("prompts"), illness=illness, treatment=treatment
    )
    print(f"{folder}: laid out. Read {folder / 'README.md'} next.", file=out)
    return 0
