"""`plainspoken new-corpus`: an empty corpus on another treatment, with all that does not depend on one."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from assistant.desk.bank import as_yaml
from assistant.evidence.answers import FILE as NEEDS
from assistant.evidence.corpus import Example, load_corpus, load_questions
from assistant.evidence.wording import STAFF, fill
from assistant.reply import Kind, PlainspokenError

GAPS = (
    "side-effects", "price", "success-rate", "studies", "logistics", "staff", "medicines", "prognosis",
    "other-conditions", "home", "other-therapies", "genetics", "procedure", "other-clinics",
)  # fmt: skip
"""What summaries of any treatment may be silent about."""
DANGER_SHARE, MOST_OF_A_KIND, MOST_OF_A_GAP = 3, 60, 10
"""Of the shipped examples a new corpus gets each third of those in danger, and so many of the others: enough to
understand them, few enough for a hundred questions about the treatment to be heard beside them."""
AROUND = (Kind.DECLINED, Kind.OFF_TOPIC, Kind.COURTESY, Kind.NOT_COVERED)
_OWN = re.compile(
    r"\b(?:als|mnd|lou|gehrig\w*|motor|neuron\w*|neurol\w*|msc\w*|mesenchym\w*|stem|cells?|velar|iv|infus\w*|drips?|"
    r"intrathecal|spin\w+|riluzole|rilutek|edaravone|radicava|tofersen|qalsody|bulbar|ventilat\w*|peg|bipap|sod1|c9orf72|"
    r"fus|tdp\w*|ela|sla|wharton\w*|marrow|cord|donor\w*|exosome\w*|ipsc\w*|nurown|alsfrs\w*|fvc)\b",
    re.IGNORECASE,
)
"""Words of the shipped treatment and illness; questions with one of them teach nothing about another."""
_SAID = (
    (r"(?:MSC|stem cell) therapy for ALS", "{treatment} for {illness}"),
    (r"(?:MSC|stem cell) therapy|MSCs?", "{treatment}"),
    (r"ALS", "{illness}"),
    (r"the VELAR Clinical Team signed", "the clinic signed"),
)


def lay_out(folder: Path, shipped: Path, prompts: Path, *, illness: str, treatment: str) -> list[Path]:
    """Write an empty corpus into ``folder``, from the ``shipped`` corpus and ``prompts``; returns its files.

    Raises:
        PlainspokenError: the folder is there and is not empty, or cannot be written.
    """
    names = {"illness": " ".join(illness.split()), "treatment": " ".join(treatment.split())}
    if not all(names.values()) or any(c in value for value in names.values() for c in '"\\{}'):
        raise PlainspokenError(
            "illness and treatment need plain names, without quotes, braces or backslashes."
        )
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise PlainspokenError(f"{folder}: is there and is not empty. Name a new folder.")
        made = []
        for name, text in _files(shipped, prompts, names):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            made.append(path)
        for empty in ("passages", "approvals", "claims"):
            (folder / empty).mkdir()
        return made
    except OSError as error:
        raise PlainspokenError(
            f"{folder}: cannot be written ({error.strerror}). Name another folder."
        ) from error


def _files(shipped: Path, prompts: Path, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    corpus = load_corpus(shipped)
    gaps = {gap: corpus.gaps[gap] for gap in GAPS if gap in corpus.gaps}
    rows = "\n".join(f"  {gap}: {json.dumps(_renamed(says, names))}" for gap, says in gaps.items())
    for name in ("README.md", "facts.yaml", "framing.yaml"):
        text = files("assistant.desk").joinpath("new_corpus", name).read_text(encoding="utf-8")
        yield name, fill(text, {"gaps": rows, **names})
    yield ".gitattributes", "approvals/*.jsonl merge=union\n"
    yield ".gitignore", ".lock\n"
    needs = (shipped / NEEDS).read_text(encoding="utf-8")
    yield (
        NEEDS,
        "# Turns that an answer of staff needs in a rehearsal.\n"
        + _renamed(needs[needs.index("needs:\n") :], names),
    )
    yield "bank/first.yaml", "voice: first    # measured on and reviewed, never learnt from\nquestions: []\n"
    examples, _ = load_questions(shipped / "examples", corpus.facts, corpus.gaps)
    danger = [_alone(e) for e in examples if e.kinds[0].is_danger]
    yield "examples/danger.yaml", _examples("danger", danger[::DANGER_SHARE])
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        kind, gap = example.kinds[0], (*example.gaps, "")[0]
        fits = kind in AROUND and not _OWN.search(" ".join([*example.history, example.text]))
        if fits and (kind is not Kind.NOT_COVERED or gap in gaps):
            groups[gap if kind is Kind.NOT_COVERED else kind.value].append(_alone(example))
    around = [
        e
        for name, group in groups.items()
        for e in _spread(group, MOST_OF_A_GAP if name in gaps else MOST_OF_A_KIND)
    ]
    yield "examples/around.yaml", _examples("around", around)
    for file in sorted(prompts.glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        if file.name == "languages.toml":
            head = text[: text.index("\n[")]
            text = head + "\n" + text[text.index("\n[other]") :]
        if file.name == "gaps.toml":
            kept = [row for row in text.splitlines() if row.partition(" = ")[0] in gaps]
            text = "# What a family reads when the summary is silent on something: one sentence a gap of facts.yaml.\n"
            text += "\n".join(kept) + "\n"
        yield f"prompts/{file.name}", text if file.stem in STAFF else _renamed(text, names)
    for file in sorted((prompts / "model").glob("*.toml")):
        yield f"prompts/model/{file.name}", _renamed(file.read_text(encoding="utf-8"), names)


def _spread(group: list[Example], most: int) -> list[Example]:
    """At most ``most`` of a group, evenly spread, so that every voice is heard."""
    step = max(1, -(-len(group) // most))
    return group[::step]


def _alone(example: Example) -> Example:
    """An example without anything that only the shipped corpus has."""
    kind = example.kinds[0]
    kinds = tuple(k for k in example.kinds if k.is_danger) if kind.is_danger else (kind,)
    return replace(example, kinds=kinds, facts=(), gaps=example.gaps[:1] if kind is Kind.NOT_COVERED else ())


def _examples(voice: str, examples: Iterable[Example]) -> str:
    return f"voice: {voice}\nquestions:\n" + "".join(map(as_yaml, examples))


def _renamed(text: str, names: dict[str, str]) -> str:
    for pattern, said in _SAID:
        text = re.sub(rf"\b{pattern}\b", fill(said, names), text)
    return text
