"""`plainspoken rehearse`: practice line by line, or answers judged as JSON Lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

from assistant import settings
from assistant.consultant import open_consultant
from assistant.desk.rehearsal import Judge, Said, labelled_sentences
from assistant.evidence.answers import load_answers, load_wanted
from assistant.evidence.claims import open_labelled
from assistant.evidence.entailment import open_entailment
from assistant.evidence.store import Progress, silent
from assistant.guard.claims import ClaimScreen
from assistant.jsonlines import as_they_come, lines_of, parse_object
from assistant.progress import progress_bar
from assistant.reply import PlainspokenError, Question
from assistant.settings import Settings

AT_ONCE = 16
"""Answers of a batch that are judged together, if they are there."""


def open_judge(loaded: Settings, progress: Progress = silent) -> Judge:
    """The judge with the real consultant, claim screen and judge of meaning; makes them ready at first use.

    Raises:
        PlainspokenError: something is missing or cannot be built; says what to do.
    """
    consultant = open_consultant(loaded, progress)
    corpus = consultant.corpus
    answers, _ = load_answers(loaded.corpus / "answers", corpus.facts)
    labelled = open_labelled(loaded, progress, labelled_sentences(answers))
    screen = ClaimScreen(labelled, corpus.framing.against)
    wanted, _ = load_wanted(loaded.corpus, corpus.facts)
    judges = open_entailment(loaded, progress)
    return Judge(consultant, screen, judges, consultant.index.encoder, wanted)


def batch(file: Path, out: TextIO) -> int:
    """Judge the answers of a JSON Lines file, in order. Returns 1 if a line could not be read, else 0."""
    failed = 0
    with lines_of(file) as lines:
        with progress_bar() as progress:
            judge = open_judge(settings.load(), progress)
        for group in as_they_come(enumerate(lines, 1), AT_ONCE):
            given: list[Said | PlainspokenError] = []
            for number, line in group:
                if line.strip():
                    try:
                        given.append(parse(line, number))
                    except PlainspokenError as error:
                        given.append(error)
                        failed = 1
            found = iter(judge.batch([said for said in given if isinstance(said, Said)]))
            for said in given:
                row = next(found).as_json() if isinstance(said, Said) else {"id": None, "error": str(said)}
                print(json.dumps(row, ensure_ascii=False), file=out)
            out.flush()
    return failed


def parse(line: bytes, number: int) -> Said:
    """The question and the answer on one line of JSON Lines.

    Raises:
        PlainspokenError: the line is not what the contract asks for.
    """
    row = parse_object(line, number, "question")
    answer = parse_object(line, number, "answer")["answer"]
    return Said(Question(row["question"], id=row.get("id")), answer)
