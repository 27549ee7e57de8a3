"""`plainspoken ask`: one reply, or a batch of them as JSON Lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

from assistant import settings
from assistant.consultant import Consultant, open_consultant
from assistant.jsonlines import lines_of, parse_object
from assistant.progress import progress_bar
from assistant.render import as_text
from assistant.reply import PlainspokenError, Question


def open_with_progress() -> Consultant:
    """A consultant by the settings in force; a progress bar on stderr where its index has to be built."""
    loaded = settings.load()
    with progress_bar() as progress:
        return open_consultant(loaded, progress)


def one(question: str, out: TextIO, *, as_json: bool, trace: bool) -> int:
    """Print the reply to one question."""
    consultant = open_with_progress()
    reply = consultant.invoke(Question(question))
    if as_json:
        print(json.dumps(reply.as_json(trace=trace), ensure_ascii=False, indent=2), file=out)
        return 0
    print(as_text(reply, consultant.wording), file=out)
    if trace:
        print(
            json.dumps({"trace": reply.as_json(trace=True)["trace"]}, ensure_ascii=False, indent=2), file=out
        )
    return 0


def batch(file: Path, out: TextIO, *, trace: bool) -> int:
    """Answer the questions of a JSON Lines file, in order, each printed as soon as it is ready.

    Returns 1 if a line could not be read, else 0.
    """
    with lines_of(file) as lines:
        consultant = open_with_progress()
        failed = 0
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                question = parse(line, number)
            except PlainspokenError as error:
                answer: dict[str, Any] = {"id": None, "error": str(error)}
                failed = 1
            else:
                answer = consultant.invoke(question).as_json(trace=trace)
            print(json.dumps(answer, ensure_ascii=False), file=out, flush=True)
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
