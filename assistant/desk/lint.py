"""`plainspoken check`: reads corpus, prompts, examples and bank as a careful editor would."""

from __future__ import annotations

import re
import statistics
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from assistant.compose.prompt import answer_prompt, screen_prompt, select_prompt
from assistant.desk import items
from assistant.desk.reading import grade
from assistant.desk.words import StaffWords
from assistant.evidence.answers import load_answers, load_wanted, twice
from assistant.evidence.approvals import flag, in_force
from assistant.evidence.claims import CLAIMS, load_claims
from assistant.evidence.corpus import (
    Corpus,
    Example,
    Passage,
    Problem,
    load_corpus,
    load_questions,
)
from assistant.evidence.grounding import load_pairs
from assistant.evidence.wording import STAFF, Wording
from assistant.guard.claims import ClaimScreen
from assistant.guard.text import sentences, unmask
from assistant.reply import Kind, PlainspokenError, Status
from assistant.settings import Settings

LONGEST_SENTENCE = 28
HARDEST_PASSAGE = 10.0
MEDIAN_PASSAGE = 8.0
HARDEST_DANGER = 6.0
FIRST_DANGER_SENTENCE = 12
FEWEST_WAYS, MOST_WAYS = 5, 10
_DANGLING = re.compile(r"^(?:This|These|That|Those|They|It|He|She|Such)\b(?! (?:is|are) (?:what|why|how))")


def lint(
    corpus_folder: Path,
    prompts_folder: Path,
    screen: ClaimScreen | None = None,
    today: date | None = None,
    benefit_approvals: int = 1,
) -> list[Problem]:
    """Every problem of a corpus and its family wording, in the order of files and lines.

    With a ``screen``, every sentence that a family may read is screened for claims.

    Raises:
        PlainspokenError: there is no corpus, or no wording, to read.
    """
    today = today or date.today()
    corpus = load_corpus(corpus_folder, benefit_approvals)
    problems = list(corpus.problems)
    for passage in corpus.passages.values():
        problems += _passage(passage, corpus, today)
    problems += _whole(corpus)
    bad_claims = [
        problem
        for folder in (corpus_folder / "claims", corpus_folder / "bank" / "claims")
        for problem in load_claims(folder)[1]
    ]
    for folder in (corpus_folder / "grounding", corpus_folder / "bank" / "grounding"):
        problems += load_pairs(folder, corpus.facts)[1]
    examples, bad_examples = load_questions(corpus_folder / "examples", corpus.facts, corpus.gaps)
    bank, bad_bank = load_questions(corpus_folder / "bank", corpus.facts, corpus.gaps, measured=True)
    problems += bad_claims + bad_examples + bad_bank + list(_questions(examples, bank, _vetted(corpus)))
    problems += _rehearsal(corpus, prompts_folder)
    problems += _wording(prompts_folder, corpus)
    problems += _instructions(prompts_folder)
    if screen:
        problems += _claims(screen, corpus, prompts_folder)
    return sorted(problems, key=lambda p: (str(p.file), p.line))


def _rehearsal(corpus: Corpus, prompts: Path) -> Iterator[Problem]:
    """What is wrong with what the rehearsal goes by: labelled answers, needs, and their words."""
    taught, bad = load_answers(corpus.folder / "answers", corpus.facts)
    measured, bad_measured = load_answers(corpus.folder / "bank" / "answers", corpus.facts)
    wanted, bad_wanted = load_wanted(corpus.folder, corpus.facts)
    yield from bad + bad_measured + bad_wanted
    yield from twice(taught, measured)
    for row in (*taught, *measured):
        for claim in {claim for _, claim in row.overclaims} - set(CLAIMS):
            yield Problem(row.file, row.line, f"unknown claim {claim}; use one of {', '.join(CLAIMS)}")
    words = StaffWords(prompts, "rehearse")
    for need in wanted.needs:
        if not words.has("need", need.id):
            yield Problem(
                prompts / "rehearse.toml", 1, f"has no words for the need {need.id}; write [need.{need.id}]"
            )


def unreviewed(loaded: Settings, today: date | None = None) -> list[str]:
    """Family wording that nobody has approved as it is: danger wording part by part, the rest as a figure.

    It is no problem of the kind that :func:`lint` finds: wording is said whether or not it is approved.
    """
    words = StaffWords(loaded.prompts, "review")
    everything = items.wording(words.wording, loaded.corpus)
    waiting = [i for i in everything if i.flag or not i.in_force(today or date.today())]
    said = [
        words("check.unreviewed_danger", where=f"{i.file}:{i.line}", part=i.name) for i in waiting if i.danger
    ]
    others = [i for i in everything if not i.danger]
    rest = sum(not i.danger for i in waiting)
    return said + ([words("check.unreviewed", n=rest, all=len(others))] if rest else [])


def _passage(passage: Passage, corpus: Corpus, today: date) -> Iterator[Problem]:
    def at(key: str, what: str) -> Problem:
        return Problem(passage.file, passage.lines.get(key, 1), what)

    if not passage.approval(today, corpus.needed(passage)):
        yield at(
            "id", f"{_not_approved(passage, corpus, today)}, so it is not served; see `plainspoken review`"
        )
    grades = {corpus.facts[f].grade for f in passage.facts[:1]}
    if passage.status not in grades:
        main = passage.facts[0]
        yield at("status", f"is not the grade of its main fact {main}; write {corpus.facts[main].grade}")
    if passage.status is Status.PLAUSIBLE and not passage.limits:
        yield at("status", "speaks of benefit without its limit; add `limits` with sentences that go with it")
    said = {s for p in corpus.passages.values() for s in p.sentences}
    for limit in passage.limits:
        if limit not in said:
            yield at("limits", f"no passage says “{limit}”; use a sentence of a passage, word for word")
    if not FEWEST_WAYS <= len(passage.asked_as) <= MOST_WAYS:
        yield at(
            "asked_as", f"has {len(passage.asked_as)} ways of asking; write {FEWEST_WAYS} to {MOST_WAYS}"
        )
    for n, sentence in enumerate(passage.sentences):
        line = passage.sentence_lines[n]
        if len(sentence.split()) > LONGEST_SENTENCE:
            yield Problem(passage.file, line, f"has over {LONGEST_SENTENCE} words; make two sentences of it")
        if not sentence.endswith((".", "?", "!")):
            yield Problem(passage.file, line, "does not end like a sentence; write one sentence a line")
        if _DANGLING.match(sentence):
            word = sentence.split()[0]
            yield Problem(
                passage.file, line, f"begins with “{word}”; name what is meant, as it may stand alone"
            )
    hardness = grade(passage.body, corpus.names)
    if hardness > HARDEST_PASSAGE:
        yield at("body", f"reads at grade {hardness:.1f}, over {HARDEST_PASSAGE:.0f}; use shorter words")


def _not_approved(passage: Passage, corpus: Corpus, today: date) -> str:
    """Why a passage is not served today."""
    this_text = [a for a in passage.approvals if a.sha256 == passage.sha256]
    given = len(in_force(passage.approvals, passage.sha256, today))
    if not passage.approvals:
        return "is not approved"
    if not this_text:
        return "was edited since it was approved"
    if flag(passage.approvals, passage.sha256):
        return f"was flagged by {this_text[-1].by} ({this_text[-1].note})"
    if not given:
        return "its approval has expired or has not begun"
    return f"has {given} of the {corpus.needed(passage)} approvals that a passage about benefit needs"


def _whole(corpus: Corpus) -> Iterator[Problem]:
    file = corpus.folder / "facts.yaml"
    carried = {f for p in corpus.passages.values() for f in p.facts}
    for fact in corpus.facts.values():
        if fact.id not in carried:
            yield Problem(file, fact.line, f"{fact.id} is carried by no passage; write one, or remove it")
    grades = [grade(p.body, corpus.names) for p in corpus.passages.values()]
    if grades and statistics.median(grades) > MEDIAN_PASSAGE:
        median = statistics.median(grades)
        yield Problem(
            file, 1, f"the median passage reads at grade {median:.1f}, over {MEDIAN_PASSAGE:.0f}; simplify"
        )


def _questions(examples: list[Example], bank: list[Example], vetted: set[str]) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], Example] = {}
    in_bank = {_key(e) for e in bank}
    for example in [*examples, *bank]:
        key = _key(example)
        first = seen.setdefault(key, example)
        if first is not example:
            where = f"{first.file.name}:{first.line}"
            both = key in in_bank and first.file.parent != example.file.parent
            what = "is in examples and bank" if both else "is asked twice"
            yield Problem(example.file, example.line, f"{what} (also {where}); remove one")
        if example.text in vetted:
            yield Problem(
                example.file, example.line, "is a sentence of a passage; write what a family would ask"
            )
        if example.kinds[0] in (Kind.URGENT, Kind.CRISIS) and example.gaps:
            yield Problem(example.file, example.line, "danger has no gap; remove `gaps`")


def _vetted(corpus: Corpus) -> set[str]:
    said = {s for p in corpus.passages.values() for s in p.sentences}
    return said | {fact.says for fact in corpus.facts.values()}


def _key(example: Example) -> tuple[str, ...]:
    texts = (*example.history, example.text)
    return tuple(" ".join(re.findall(r"\w+", unmask(t).lower())) or t for t in texts)


def _instructions(folder: Path) -> Iterator[Problem]:
    """The instructions for a language model, where a prompts folder has any."""
    for name, read in (("write", answer_prompt), ("select", select_prompt), ("screen", screen_prompt)):
        file = folder / "model" / f"{name}.toml"
        if file.is_file():
            try:
                read(folder)
            except PlainspokenError as error:
                yield Problem(file, 1, str(error).removeprefix(f"{file}: "))


def _wording(folder: Path, corpus: Corpus) -> Iterator[Problem]:
    wording = Wording(folder)
    tables = [f"replies.{kind}" for kind in (Kind.URGENT, Kind.CRISIS)]
    for kind, name in ((t.split(".")[1], f"{t}.{key}") for t in tables for key in wording.names(t)):
        lines = [line.text for line in wording.lines(name)]
        where = _line_of(folder / "replies.toml", lines[0])
        hardness = grade(" ".join(lines), corpus.names)
        if hardness > HARDEST_DANGER:
            what = f"{kind} reads at grade {hardness:.1f}, over {HARDEST_DANGER:.0f}; use shorter words"
            yield Problem(folder / "replies.toml", where, what)
        if len(lines[0].split()) > FIRST_DANGER_SENTENCE:
            what = f"{kind} begins with over {FIRST_DANGER_SENTENCE} words; shorten it"
            yield Problem(folder / "replies.toml", where, what)
    for gap in corpus.gaps:
        try:
            wording.line(f"gaps.{gap}")
        except PlainspokenError:
            yield Problem(folder / "gaps.toml", 1, f"has no sentence for the gap {gap}; write one")
    for name in ("replies", "gaps", "courtesy", "languages", "sheet"):
        file = folder / f"{name}.toml"
        for text in _texts(tomllib.loads(file.read_text(encoding="utf-8"))):
            if len(text.split()) > LONGEST_SENTENCE:
                what = f"has over {LONGEST_SENTENCE} words; make two sentences of it"
                yield Problem(file, _line_of(file, text), what)


def _claims(screen: ClaimScreen, corpus: Corpus, prompts: Path) -> Iterator[Problem]:
    """The sentences of passages, fact and gap statements and English family wording that claim too much."""
    texts = [
        (passage.file, line, sentence)
        for passage in corpus.passages.values()
        for line, sentence in zip(passage.sentence_lines, passage.sentences, strict=True)
    ]
    texts += [(corpus.folder / "facts.yaml", fact.line, fact.says) for fact in corpus.facts.values()]
    for file in sorted(prompts.glob("*.toml")):
        if file.stem not in ("languages", *STAFF):
            texts += [
                (file, _line_of(file, text), sentence)
                for text in _texts(tomllib.loads(file.read_text(encoding="utf-8")))
                for sentence in sentences(text)
            ]
    for claim in screen.claims([(n, text) for n, (_, _, text) in enumerate(texts)]):
        file, line, text = texts[claim.line]
        yield Problem(
            file,
            line,
            f"claims more than the summary supports ({claim.claim}, against {', '.join(claim.facts)}): “{text}” "
            "Say less; if it does not claim that, add it to claims/ as clear",
        )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for v in value:
            yield from _texts(v)
    elif isinstance(value, dict):
        for k, v in value.items():
            if k != "asked_as":
                yield from _texts(v)


def _line_of(file: Path, text: str) -> int:
    for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if text in line:
            return n
    return 1
