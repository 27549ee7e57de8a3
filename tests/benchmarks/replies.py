"""Whether a change left what is decided as it was: the replies to the whole bank, before and after.

    python -m tests.benchmarks.replies FILE              writes them to FILE
    python -m tests.benchmarks.replies --against FILE    compares them with those in FILE

The second exits 1 if a reply differs. What decided is compared too, and its probabilities to within
:data:`CLOSE`; the place of an example (FILE:LINE) and the time taken are not.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from assistant import settings
from assistant.consultant import open_consultant
from assistant.evidence.corpus import load_questions
from assistant.reply import Question

CLOSE = 0.002
"""Probabilities and cosines are printed with three digits."""


def replies() -> list[dict[str, Any]]:
    loaded = settings.load()
    consultant = open_consultant(loaded)
    bank, _ = load_questions(loaded.corpus / "bank", consultant.corpus.facts, consultant.corpus.gaps)
    return [
        consultant.invoke(Question(e.text, e.history, f"{e.file.name}:{e.line}")).as_json(trace=True)
        for e in bank
    ]


def same(old: Any, new: Any) -> bool:
    """Whether two pieces of JSON are the same but for the last digit of a number."""
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) <= CLOSE
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[k], new[k]) for k in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.replies", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--against", type=Path)
    given = parser.parse_args()
    found = json.loads(json.dumps(replies()))
    if given.file:
        given.file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in found))
    if given.against is None:
        return 0
    old = [json.loads(line) for line in given.against.read_text().splitlines()]
    differ = traces = 0
    for before, after in zip(old, found, strict=True):
        for reply in (before, after):
            del reply["seconds"], reply["trace"]["index"]
            for near in reply["trace"]["nearest"]:
                del near["where"]
        why = [before.pop("trace"), after.pop("trace")]
        traces += not same(*why)
        if before != after:
            differ += 1
            print(f"{before['id']}: {before['kind']} → {after['kind']}: {after['text'][:100]}")
    print(f"{differ} of {len(old)} replies differ; {traces} by what decided")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
