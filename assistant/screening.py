"""`plainspoken screen`: reads brochures, scripts and web copy for claims beyond the summary."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from assistant import settings
from assistant.evidence.claims import CLEAR
from assistant.evidence.corpus import Corpus, load_corpus
from assistant.guard.claims import Claim, ClaimScreen, open_screen, read
from assistant.guard.grounding import Grounding
from assistant.guard.text import clean
from assistant.jsonlines import lines_of, parse_object
from assistant.progress import progress_bar
from assistant.reply import PlainspokenError

if TYPE_CHECKING:
    from assistant.desk.second_reader import SecondReader


def screen_with_progress() -> ClaimScreen:
    """The screen by the settings in force; a progress bar on stderr where something has to be made ready."""
    loaded = settings.load()
    with progress_bar() as progress:
        return open_screen(loaded, progress)


@dataclass(frozen=True)
class Finding:
    """A sentence that the screen or a second reader takes for a claim."""

    file: Path
    line: int
    text: str
    claim: Claim | None
    """What the screen says; None where it sees no claim."""
    second: str
    """What the second reader says, ``none`` for no claim; empty where it was not read a second time."""

    @property
    def disagreed(self) -> bool:
        """Whether the two readers say different things."""
        return bool(self.second) and self.second != (self.claim.claim if self.claim else CLEAR)


def files(paths: Sequence[Path], out: TextIO, *, as_json: bool, model: bool) -> int:
    """Report every sentence that claims too much as ``FILE:LINE: ...``. Returns 1 if there is any.

    With ``model`` the language model that is set reads each sentence too, and where the two do not agree both
    are reported.
    """
    texts = [(path, _text(path)) for path in paths]
    loaded = settings.load()
    second = None
    if model:
        from assistant.desk.second_reader import open_second_reader  # it imports LangChain

        second = open_second_reader(loaded, load_corpus(loaded.corpus))
    screen = screen_with_progress()
    if second:
        described = second.model.described
        print(f"Each sentence is also read by {described.name} at {described.address}.", file=sys.stderr)
    count, problem = 0, None
    found: list[Finding] = []
    for path, text in texts:
        numbered = [(line, clean(sentence)) for line, sentence in read(text)]
        count += len(numbered)
        claims = {(claim.line, claim.text): claim for claim in screen.claims(numbered)}
        says: list[str] = []
        if second and not problem:
            try:
                says += (said for group in second.claims([s for _, s in numbered]) for said in group)
            except PlainspokenError as error:
                problem = error
        says += [""] * (len(numbered) - len(says))
        for (line, sentence), said in zip(numbered, says, strict=True):
            claim = claims.get((line, sentence))
            if claim or said not in ("", CLEAR):
                found.append(Finding(path, line, sentence, claim, said))
    if as_json:
        rows = [_finding_as_json(f, screen) for f in found]
        print(json.dumps({"sentences": count, "claims": rows}, ensure_ascii=False, indent=2), file=out)
    else:
        for f in found:
            where, what = f"{f.file}:{f.line}:", _what(f, screen)
            if out.isatty():
                where = click.style(where, bold=True)
                what = click.style(what, fg="yellow" if f.disagreed else "red")
            print(f"{where} {what}: {f.text}", file=out)
        print(_summary(found, count, len(paths), None if problem else second), file=sys.stderr)
    if problem:
        raise problem  # only now, so that what the screen found is not lost
    return 1 if found else 0


def _what(found: Finding, screen: ClaimScreen) -> str:
    """What a sentence claims, against what, and who says so."""
    claim = found.claim.claim if found.claim else found.second
    what = f"{claim} (against {', '.join(screen.against.get(claim, ()))})"
    if not found.disagreed:
        return what
    if found.claim is None:
        return f"{what} for the model, but not for the screen"
    return f"{what}, but {'not' if found.second == CLEAR else found.second} for the model"


def _summary(found: Sequence[Finding], count: int, texts: int, second: SecondReader | None) -> str:
    claims = sum(f.claim is not None for f in found)
    some = f"{claims} of {count} sentences" if claims else f"none of {count} sentences"
    said = f"{some} in {texts} {'file' if texts == 1 else 'files'} claim{'s' if claims == 1 else ''} more than the summary supports."
    if second:
        apart = sum(f.disagreed for f in found)
        said += f" {second.model.name} reads {apart or 'none'} of them otherwise."
    return said


def _finding_as_json(found: Finding, screen: ClaimScreen) -> dict[str, Any]:
    claim = found.claim
    said = _as_json(claim) if claim else {"text": found.text, "claim": CLEAR, "facts": []}
    row = {"file": str(found.file), "line": found.line, **said}
    row["probability"] = round(claim.probability, 3) if claim else None
    row["nearest"] = list(claim.nearest) if claim else []
    if found.second:
        row["model"] = {"claim": found.second, "facts": list(screen.against.get(found.second, ()))}
    return row


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
