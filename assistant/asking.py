"""`plainspoken ask`: one reply, or a batch of them as JSON Lines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TextIO

from assistant import settings
from assistant.consultant import Consultant, open_consultant
from assistant.jsonlines import as_they_come, lines_of, parse_object
from assistant.progress import progress_bar
from assistant.render import as_text
from assistant.reply import PlainspokenError, Question, Reply

AT_ONCE = 64
"""Questions of a batch that are embedded together, if they are there."""


def open_with_progress(*, model: bool = False) -> Consultant:
    """A consultant by the settings in force, with ``model`` also with the language model that is set; a
    progress bar on stderr where its index has to be built."""
    loaded = settings.load()
    with progress_bar() as progress:
        return open_consultant(loaded, progress, model=model)


def one(question: str, out: TextIO, *, as_json: bool, trace: bool, model: bool = True) -> int:
    """Print the reply to one question; ``model`` allows a language model, if one is set."""
    consultant = open_with_progress(model=model)
    reply = consultant.invoke(Question(question))
    _tell_problem(reply)
    if as_json:
        print(json.dumps(reply.as_json(trace=trace), ensure_ascii=False, indent=2), file=out)
        return 0
    print(as_text(reply, consultant.wording), file=out)
    if trace:
        told = reply.as_json(trace=True)
        shown = {"composer": told["composer"], "dropped": told["dropped"], "trace": told["trace"]}
        print(json.dumps(shown, ensure_ascii=False, indent=2), file=out)
    return 0


def _tell_problem(reply: Reply) -> None:
    """Say on stderr why a language model that is set did not answer."""
    if problem := reply.trace.model.get("problem"):
        print(f"plainspoken: answered without the language model. {problem}", file=sys.stderr)


def batch(file: Path, out: TextIO, *, trace: bool, model: bool = True) -> int:
    """Answer the questions of a JSON Lines file, in order. Those that have come are answered
    together, and a question that comes alone is answered at once; with a language model each by itself.

    Returns 1 if a line could not be read, else 0.
    """
    failed = 0
    with lines_of(file) as lines:
        consultant = open_with_progress(model=model)
        for group in as_they_come(enumerate(lines, 1), 1 if consultant.composer else AT_ONCE):
            asked: list[Question | PlainspokenError] = []
            for number, line in group:
                if line.strip():
                    try:
                        asked.append(parse(line, number))
                    except PlainspokenError as error:
                        asked.append(error)
                        failed = 1
            replies = iter(consultant.batch([q for q in asked if isinstance(q, Question)]))
            for one in asked:
                if isinstance(one, Question):
                    reply = next(replies)
                    _tell_problem(reply)
                    answer = reply.as_json(trace=trace)
                else:
                    answer = {"id": None, "error": str(one)}
                print(json.dumps(answer, ensure_ascii=False), file=out)
            out.flush()
    return failed


def parse(line: bytes, number: int) -> Question:
    """The question on one line of JSON Lines.

    Raises:
        PlainspokenError: the line is not what the contract asks for.
    """
    row = parse_object(line, number, "question")
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(h, str) for h in history):
        raise PlainspokenError(f"line {number}: history must be a list of texts")
    return Question(row["question"], tuple(history), row.get("id"))
