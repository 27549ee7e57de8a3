"""`plainspoken screen`: reads brochures, scripts and web copy for claims beyond the summary."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import click

from assistant import settings
from assistant.evidence.claims import open_labelled
from assistant.evidence.corpus import load_corpus
from assistant.guard.claims import Claim, ClaimScreen, read
from assistant.guard.grounding import Grounding, open_grounding
from assistant.guard.text import clean
from assistant.jsonlines import lines_of, parse_object
from assistant.progress import progress_bar
from assistant.reply import PlainspokenError


def open_screen() -> ClaimScreen:
    """The screen on today's corpus; learns from its labelled sentences at first use.

    Raises:
        PlainspokenError: there are no labelled sentences, or no room for what is learnt.
    """
    loaded = settings.load()
    with progress_bar() as progress:
        return ClaimScreen(open_labelled(loaded, progress), load_corpus(loaded.corpus).framing.against)


def files(paths: Sequence[Path], out: TextIO, *, as_json: bool) -> int:
    """Report every sentence that claims too much as ``FILE:LINE: ...``. Returns 1 if there is any."""
    texts = [(path, _text(path)) for path in paths]
    screen = open_screen()
    count = 0
    found: list[tuple[Path, Claim]] = []
    for path, text in texts:
        numbered = [(line, clean(sentence)) for line, sentence in read(text)]
        count += len(numbered)
        found += [(path, claim) for claim in screen.claims(numbered)]
    if as_json:
        rows = [
            {"file": str(path), "line": c.line, **_as_json(c), "probability": round(c.probability, 3)}
            | {"nearest": list(c.nearest)}
            for path, c in found
        ]
        print(json.dumps({"sentences": count, "claims": rows}, ensure_ascii=False, indent=2), file=out)
    else:
        colour = out.isatty()
        for path, c in found:
            where, what = f"{path}:{c.line}:", f"{c.claim} (against {', '.join(c.facts)})"
            if colour:
                where, what = click.style(where, bold=True), click.style(what, fg="red")
            print(f"{where} {what}: {c.text}", file=out)
        some = f"{len(found)} of {count} sentences" if found else f"none of {count} sentences"
        print(
            f"{some} in {len(paths)} {'file' if len(paths) == 1 else 'files'} "
            f"claim{'s' if len(found) == 1 else ''} more than the summary supports.",
            file=sys.stderr,
        )
    return 1 if found else 0


def _text(path: Path) -> str:
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise PlainspokenError(
            f"{path}: cannot be read ({error.strerror}). Give a text or Markdown file."
        ) from error
    if b"\0" in content:
        raise PlainspokenError(
            f"{path}: is not a text file. Give text or Markdown; export a PDF as text first."
        )
    return content.decode("utf-8-sig", errors="replace")


def batch(file: Path, out: TextIO) -> int:
    """JSON Lines in, JSON Lines out. Returns 1 if a sentence claims too much or a line cannot be read."""
    with lines_of(file) as lines:
        screen = open_screen()
        grounding = cache(_open_grounding)
        code = 0
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                answer = _screened(screen, grounding, parse_object(line, number, "text"), number)
            except PlainspokenError as error:
                answer, code = {"id": None, "error": str(error)}, 1
            code = max(code, int(answer.get("verdict") == "overclaim"))
            print(json.dumps(answer, ensure_ascii=False), file=out, flush=True)
    return code


def _open_grounding() -> Grounding:
    with progress_bar() as progress:
        return open_grounding(settings.load(), progress)


def _screened(
    screen: ClaimScreen, grounding: Callable[[], Grounding], row: dict[str, Any], number: int
) -> dict[str, Any]:
    """The answer to one line. Facts are only looked at where a line names some: that takes a second model."""
    facts = row.get("facts") or []
    if not isinstance(facts, list) or not all(isinstance(fact, str) for fact in facts):
        raise PlainspokenError(f"line {number}: facts must be a list of ids of facts.yaml")
    claims = screen.claims([(n, clean(s)) for n, s in read(row["text"])])
    grounded = None
    if facts:
        try:
            (follows,) = grounding().grounded([(clean(row["text"]), facts)])
        except KeyError as error:
            raise PlainspokenError(
                f"line {number}: unknown fact {error.args[0]}; use ids of facts.yaml"
            ) from error
        grounded = follows and not claims
    return {
        "id": row.get("id"),
        "verdict": "overclaim" if claims else "clear",
        "claims": [_as_json(c) for c in claims],
        "grounded": grounded,
    }


def _as_json(claim: Claim) -> dict[str, Any]:
    return {"text": claim.text, "claim": claim.claim, "facts": list(claim.facts)}
