"""One side of the comparison in a process of its own, so that it can be measured beside the other.

    python -m tests.benchmarks.worker {plainspoken|peer} DIR

Reads a line with the questions (a JSON list) and answers each once; then one command a line (`one`, `embed`,
`batch`). Prints after each line one of JSON: the seconds each question took, or all together.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Sides = tuple[Callable[[str], object], Callable[[str], object], Callable[[Sequence[str]], object]]
"""Answers one question; embeds one; answers many."""


def plainspoken(folder: Path) -> Sides:
    from assistant import settings
    from assistant.asking import AT_ONCE
    from assistant.consultant import open_consultant
    from assistant.reply import Question

    consultant = open_consultant(settings.load().model_copy(update={"data": folder}))

    def many(asked: Sequence[str]) -> None:
        for at in range(0, len(asked), AT_ONCE):
            consultant.batch([Question(q) for q in asked[at : at + AT_ONCE]])

    return (
        lambda q: consultant.invoke(Question(q)),
        lambda q: consultant.index.encoder.encode([q]),
        many,
    )


def peer(folder: Path) -> Sides:
    from tests.benchmarks import peer as naive

    store = naive.open_store(folder)
    retriever = store.as_retriever(search_kwargs={"k": naive.K})
    return (
        lambda q: naive.answer(store, q),
        lambda q: store.embeddings and store.embeddings.embed_query(q),
        lambda asked: retriever.batch(list(asked)),
    )


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    which, folder = sys.argv[1:]
    answer, embed, many = {"plainspoken": plainspoken, "peer": peer}[which](Path(folder))
    asked = json.loads(sys.stdin.readline())
    for question in asked:
        answer(question)
    print(json.dumps([]), flush=True)
    for line in sys.stdin:
        match line.strip():
            case "one":
                found = [timed(lambda q=q: answer(q)) for q in asked]
            case "embed":
                found = [timed(lambda q=q: embed(q)) for q in asked]
            case "batch":
                found = [timed(lambda: many(asked))]
            case _:
                return
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
