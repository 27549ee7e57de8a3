"""`plainspoken screen`: reads brochures, scripts and web copy for claims beyond the summary."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from assistant import settings
from assistant.evidence.corpus import Corpus, load_corpus
from assistant.guard.claims import Claim, ClaimScreen, open_screen, read
from assistant.guard.grounding import Grounding
from assistant.guard.text import clean
from assistant.jsonlines import lines_of, parse_object
from assistant.progress import progress_bar
from assistant.reply import PlainspokenError


def screen_with_progress() -> ClaimScreen:
    """The screen by the settings in force; a progress bar on stderr where something has to be made ready."""
    loaded = settings.load()
    with progress_bar() as progress:
        return open_screen(loaded, progress)


def files(paths: Sequence[Path], out: TextIO, *, as_json: bool) -> int:
    """Report every sentence that claims too much as ``FILE:LINE: ...``. Returns 1 if there is any."""
    texts = [(path, _text(path)) for path in paths]
    screen = screen_with_progress()
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
        screen = screen_with_progress()
        corpus = load_corpus(settings.load().corpus)
        code = 0
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                answer = _screened(screen, corpus, parse_object(line, number, "text"), number)
            except PlainspokenError as error:
                answer, code = {"id": None, "error": str(error)}, 1
            code = max(code, int(answer.get("verdict") == "overclaim"))
            print(json.dumps(answer, ensure_ascii=False), file=out, flush=True)
    return code


def _screened(screen: ClaimScreen, corpus: Corpus, row: dict[str, Any], number: int) -> dict[str, Any]:
    facts = row.get("facts") or []
    known = isinstance(facts, list) and all(isinstance(f, str) and f in corpus.facts for f in facts)
    if not known:
        raise PlainspokenError(
            f"line {number}: facts must be a list of ids of {corpus.folder / 'facts.yaml'}"
        )
    text = clean(row["text"])
    claims = screen.claims([(n, clean(s)) for n, s in read(row["text"])])
    grounded = None
    if facts:
        says = [corpus.facts[fact].says for fact in facts]
        (grounded,) = Grounding(screen.judge).grounded([(text, says)])
    return {
        "id": row.get("id"),
        "verdict": "overclaim" if claims else "clear",
        "claims": [_as_json(c) for c in claims],
        "grounded": grounded,
    }


def _as_json(claim: Claim) -> dict[str, Any]:
    return {"text": claim.text, "claim": claim.claim, "facts": list(claim.facts)}
