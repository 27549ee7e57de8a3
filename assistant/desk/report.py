"""What `plainspoken review --check` found, as lines and as one self-contained page."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from assistant.desk import diff
from assistant.desk.items import State
from assistant.desk.replay import Answer, Difference, Replay, Why
from assistant.desk.words import Say
from assistant.reply import Kind


def why(reason: Why, answer: Answer | None, words: Say) -> str:
    """A reason in words."""
    got, wanted = "", ""
    if answer:
        asked, reply = answer.asked, answer.reply
        cited = dict.fromkeys(f for c in reply.citations for f in c.facts)
        pairs = {
            Why.KIND: ([reply.kind.value], [k.value for k in asked.kinds]),
            Why.CITATION: (list(cited), list(asked.facts)),
            Why.GAP: (list(reply.gaps), list(asked.gaps)),
        }
        got, wanted = (", ".join(ids) for ids in pairs.get(reason, ([], [])))
    return words(f"why.{reason.value}", got=got or words("part.nothing"), wanted=wanted)


def lines(found: Replay, words: Say, root: Path) -> Iterator[str]:
    """The differences, one a line, and the figures."""
    for d in found.differences:
        file = d.item.file
        where = f"{file.relative_to(root) if file.is_relative_to(root) else file}:{d.item.line}"
        reasons = "; ".join(why(reason, d.answer, words) for reason in d.why)
        yield words("check.difference", where=where, why=reasons, title=" ".join(d.item.title.split()))
        for claim in d.claims:
            yield f"    {claim.claim}: {claim.text}"
    yield from figures(found, words)
    n = len(found.differences)
    yield words("check.some", n=n) if n else words("check.none")


def figures(found: Replay, words: Say) -> list[str]:
    """How the bank, the passages and the wording stand, in sentences."""
    counts = {state.value: found.count(state) for state in State}
    met = sum(a.misses is None for a in found.answers)
    others: dict[str, object] = {}
    for kind, name in (("passage", "passages"), ("wording", "wording")):
        items = [i for i in found.others if i.kind == kind]
        approved = [i for i in items if len(i.in_force(found.today)) >= i.needed and not i.flag]
        others |= {name: len(approved), f"all_{name}": len(items)}
    return [
        words("check.figures", questions=len(found.answers), **counts),
        words("check.expected", met=met, questions=len(found.answers)),
        words("check.others", **others),
    ]


def page(found: Replay, words: Say, corpus: str) -> str:
    """The report as HTML that needs nothing else: the figures, and each changed text side by side."""
    from jinja2 import Environment, StrictUndefined

    template = files("assistant.desk").joinpath("report.html.jinja").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template).render(
        words=words,
        made=words("page.made", on=found.today.isoformat(), corpus=corpus[:12]),
        figures=figures(found, words),
        differences=[_shown(d, words) for d in found.differences],
    )


def _shown(d: Difference, words: Say) -> dict[str, Any]:
    item, before = d.item, d.item.before
    pieces = diff.words(before.text if before else "", item.text)
    heading = words("page.never")
    if before:
        heading = words("page.before", who=before.by, on=before.on.isoformat())
    return {
        "title": item.title,
        "what": item.what,
        "why": [why(reason, d.answer, words) for reason in d.why]
        + [f"{c.claim}: {c.text}" for c in d.claims],
        "heading": heading,
        "before": [(what, text) for what, text in pieces if what != "added"] if before else [],
        "now": [(what if before else "same", text) for what, text in pieces if what != "gone"],
    }


def comment_on(answer: Answer, words: Say) -> str:
    """A difference between reply and expectation as the comment of a record."""
    return why(answer.misses, answer, words) if answer.misses else ""


def expected(answer: Answer, words: Say) -> list[str]:
    """What the bank expects, in words."""
    asked = answer.asked
    said = [words("part.expected", kinds=", ".join(k.value for k in asked.kinds))]
    if asked.facts:
        said.append(words("part.cites", facts=", ".join(asked.facts)))
    if asked.gaps and Kind.NOT_COVERED in asked.kinds:
        said.append(words("part.gaps", gaps=", ".join(asked.gaps)))
    return said
