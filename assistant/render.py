"""A reply as plain text: for `plainspoken ask`, the line mode and the clipboard."""

from __future__ import annotations

import textwrap

from assistant.evidence.wording import Wording
from assistant.reply import Reply

WIDTH = 78


def said(reply: Reply) -> str:
    """The reply's sentences with citation marks such as [1], paragraphs apart."""
    pieces = []
    for i, sentence in enumerate(reply.sentences):
        gap = "" if not i else "\n\n" if sentence.starts_paragraph else " "
        marks = "".join(f" [{n}]" for n in sentence.cites)
        pieces.append(f"{gap}{sentence.text}{marks}")
    return "".join(pieces)


def sources(reply: Reply, wording: Wording) -> str:
    """The passages that a reply cites, each whole, with its grade in words, section and approval."""
    blocks = []
    for c in reply.citations:
        grade = wording.line(f"screen.grade.{c.status.value}").text
        where = wording.line("screen.evidence.section").filled(section=c.source)
        approval = wording.line("screen.evidence.approval").filled(approval=c.approval)
        blocks.append("\n".join([f"[{c.n}] {c.title}", grade, c.quote, where, approval]))
    return "\n\n".join(blocks)


def questions(reply: Reply, wording: Wording) -> str:
    """What the reply put on the consultation list."""
    if not reply.for_consultation:
        return ""
    return "\n".join([wording.line("screen.evidence.ask").text, *(f"- {q}" for q in reply.for_consultation)])


def as_text(reply: Reply, wording: Wording, width: int | None = WIDTH) -> str:
    """Reply, sources and questions for the consultation, wrapped at ``width`` columns if given."""
    title = wording.line("screen.evidence.title").text
    blocks = [said(reply)]
    if reply.citations:
        blocks += [title, sources(reply, wording)]
    blocks += [q for q in [questions(reply, wording)] if q]
    text = "\n\n".join(blocks)
    return wrap(text, width) if width else text


def wrap(text: str, width: int = WIDTH) -> str:
    """Wrap each line of ``text``; words longer than a line stay whole."""
    lines = []
    for line in text.split("\n"):
        indent = "  " if line.startswith("- ") else ""
        lines += textwrap.wrap(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)
