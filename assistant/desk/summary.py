"""From a clinic's summary to draft passages: one a paragraph or list item, for a reviewer to grade,
restate and approve. A draft has no grade, so it is not read as a passage and cannot be served.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.desk.items import Item
from assistant.evidence.approvals import digest
from assistant.evidence.corpus import Corpus
from assistant.files import read_text, write_whole
from assistant.guard.text import clean, sentences
from assistant.reply import PlainspokenError, Status

UNGRADED = "ungraded"
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-*+\u2022]|\d{1,2}[.)])\s+(.*)$")
_EMPHASIS = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
LONGEST_HEADING = 12
"""Words of a line that stands alone and is taken for a heading."""


@dataclass(frozen=True)
class Part:
    """A paragraph or a list item of a summary, and the heading above it."""

    section: str
    line: int
    sentences: tuple[str, ...]


def split(text: str) -> list[Part]:
    """The paragraphs and list items of Markdown or plain text, in order."""
    parts: list[Part] = []
    section = ""
    for line, kind, words in _blocks(text):
        if kind == "heading":
            section = words
        elif found := tuple(sentences(words)):
            parts.append(Part(section, line, found))
    return parts


def _blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Headings, items and paragraphs: the line on which each begins, what it is, its words."""
    block: list[tuple[int, str]] = []
    item = False

    def ended() -> Iterator[tuple[int, str, str]]:
        if block:
            words = clean(_EMPHASIS.sub("", " ".join(row for _, row in block)))
            alone = len(block) == 1 and not item and len(words.split()) <= LONGEST_HEADING
            heading = alone and words[:1].isalpha() and not words.endswith((".", ":", ";", ",", "!"))
            yield block[0][0], "heading" if heading else "text", words
        block.clear()

    for number, raw in enumerate([*text.replace("\r\n", "\n").split("\n"), ""], 1):
        heading, listed = _HEADING.match(raw), _ITEM.match(raw)
        if heading or listed or not raw.strip():
            yield from ended()
            item = False
        if heading:
            yield number, "heading", clean(_EMPHASIS.sub("", heading[1]))
        elif listed:
            item = True
            block.append((number, listed[1]))
        elif raw.strip():
            block.append((number, raw.strip().lstrip("> ")))
    yield from ended()


def take_in(file: Path, folder: Path) -> list[Path]:
    """Write a draft passage for every part of the summary in ``file``, and a fact beside it that states the
    summary's own words; returns the new files. Parts that are there from an earlier time are passed over.

    Raises:
        PlainspokenError: the summary cannot be read or holds no text, or the corpus cannot be written.
    """
    parts = split(read_text(file, "a summary as text or Markdown"))
    if not parts:
        raise PlainspokenError(f"{file}: holds no text. Give a summary as text or Markdown.")
    facts_file, passages = folder / "facts.yaml", folder / "passages"
    facts = read_text(facts_file, "a corpus folder with facts.yaml")
    top = re.search(r"^facts:[ \t]*(?:\{\})?[ \t]*(?:#.*)?$", facts, re.MULTILINE)
    if not top:
        raise PlainspokenError(
            f"{facts_file}: has no line `facts:`. Begin with `plainspoken new-corpus DIR`."
        )
    try:
        passages.mkdir(exist_ok=True)
        there = {json.dumps(" ".join(p.sentences), ensure_ascii=False) for p in parts}
        there = {text for text in there if text in facts}
        taken = {path.stem for path in passages.glob("*.md")}
        number = max((int(n) for n in re.findall(r"^\s+S-(\d+):", facts, re.MULTILINE)), default=0)
        rows, made = [], []
        for part in parts:
            says = json.dumps(" ".join(part.sentences), ensure_ascii=False)
            if says in there:
                continue
            number += 1
            name = _name(part, taken)
            taken.add(name)
            rows.append(f"\n  S-{number:02}: {{grade: {UNGRADED}, says: {says}}}")
            path = passages / f"{name}.md"
            write_whole(path, _draft(part, name, f"S-{number:02}", file.name))
            path.chmod(0o644)
            made.append(path)
        _rewrite(facts_file, facts[: top.start()] + "facts:" + "".join(rows) + facts[top.end() :])
    except OSError as error:
        raise PlainspokenError(
            f"{folder}: cannot be written ({error.strerror}). Check the folder."
        ) from error
    return made


def _name(part: Part, taken: set[str]) -> str:
    words = re.findall(r"[a-z0-9]+", (part.section or " ".join(part.sentences[:1])).lower())
    stem = "-".join(words[:5]) or "part"
    return next(name for n in range(1, 10_000) if (name := f"{stem}-{n}") not in taken)


def _draft(part: Part, name: str, fact: str, source: str) -> str:
    title = " ".join(part.sentences[0].split()[:8]).rstrip(".,;:")
    quoted = {
        key: json.dumps(v, ensure_ascii=False)
        for key, v in (("title", title), ("section", part.section or title))
    }
    return (
        "---\n"
        f"# A draft: {source}, line {part.line}. Grade it here and in facts.yaml ({', '.join(Status)}),\n"
        "# put it in plain words, one sentence a line, each making sense alone; write five to ten ways of asking.\n"
        f"id: {name}\ntitle: {quoted['title']}\nstatus: {UNGRADED}\nfacts: [{fact}]\nsection: {quoted['section']}\n"
        "asked_as: []\n---\n\n" + "\n".join(part.sentences) + "\n"
    )


def drafts(corpus: Corpus) -> list[Item]:
    """The files of passages that cannot be read as passages yet, each with the reason as its title's end."""
    read = {passage.file for passage in corpus.passages.values()}
    why = {p.file: p for p in reversed(corpus.problems) if p.file.parent.name == "passages"}
    found = []
    for file, problem in sorted(why.items()):
        if file not in read:
            try:
                text = file.read_text(encoding="utf-8", errors="replace")
            except OSError:
                text = ""
            found.append(Item(f"draft:{file.stem}", problem.what, text, digest(text), (), file, problem.line))
    return found


def is_ungraded(item: Item) -> bool:
    """Whether a draft lacks its grade."""
    return f"\nstatus: {UNGRADED}\n" in item.text


def grade(item: Item, folder: Path, status: Status) -> None:
    """Give a draft, and the facts that it carries, a grade.

    Raises:
        PlainspokenError: a file cannot be written.
    """
    text = read_text(item.file, "a draft passage")
    front = yaml.safe_load(text.split("---\n")[1])
    facts_file = folder / "facts.yaml"
    facts = read_text(facts_file, "a corpus folder with facts.yaml")
    for fact in front.get("facts") or ():
        facts = facts.replace(f"  {fact}: {{grade: {UNGRADED},", f"  {fact}: {{grade: {status.value},")
    _rewrite(facts_file, facts)
    _rewrite(item.file, text.replace(f"\nstatus: {UNGRADED}\n", f"\nstatus: {status.value}\n"))


def _rewrite(file: Path, text: str) -> None:
    """Write a file of the corpus whole, with the rights that it had."""
    mode = file.stat().st_mode & 0o777
    write_whole(file, text, replace=True)
    file.chmod(mode)
