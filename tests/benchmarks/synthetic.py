"""Corpora of any size on invented illnesses, to see what grows with a corpus. Nothing in them is true or means
anything.

    python -m tests.benchmarks.synthetic DIR N

Each passage has a fact of its own, five ways of asking, two examples, and an approval. A bank asks for some of
them in other words. The same N gives the same corpus; another N gives other words throughout.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import date
from pathlib import Path

from assistant.desk.approvals import add
from assistant.evidence.approvals import Approval
from assistant.evidence.corpus import load_corpus

BANK = 100
"""Questions of the bank, at most."""
LIMIT = "Nothing that is known ends {illness}."

THINGS = (
    "lamp",
    "basin",
    "ladder",
    "kettle",
    "carpet",
    "pillow",
    "window",
    "garden",
    "bottle",
    "candle",
    "mirror",
)
DOINGS = ("warming", "rinsing", "folding", "lifting", "tapping", "turning", "shading", "pressing", "airing")
MOMENTS = (
    "at dawn",
    "after supper",
    "on market days",
    "in the first week",
    "before sleep",
    "every other month",
)
SIGNS = (
    "pale ears",
    "a heavy step",
    "cold thumbs",
    "a slow yawn",
    "itching elbows",
    "loud dreams",
    "dry laughter",
)

STARTS = (
    "b",
    "d",
    "f",
    "g",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "br",
    "dr",
    "gl",
    "kr",
    "tr",
    "st",
    "pl",
)
VOWELS = "aeiou"
ENDS = "nlrsmx"

BODY = (
    "{thing} {doing} with {name} is done {moment}.",
    "It was seen with {sign} in some who have {kin}.",
    "Those who keep {name} count {number} turns of it.",
)
ASKED_AS = (
    "what is {name}",
    "when is {thing} {doing} with {name} done",
    "{name} and {kin}",
    "does {name} go with {sign}",
    "how many turns of {name} are there",
)
EXAMPLES = (
    "They told us about {name} {moment}, what happens there?",
    "Is {doing} the {thing} with {name} meant for {kin}?",
)
BANKED = "My aunt has {kin}. Could you explain {name} to me, the thing with the {thing}?"

OTHERS = """
  - {{q: "Will {illness} be gone for good afterwards?", kinds: [correction], facts: [S-00000], register: lay}}
  - {{q: "So this cures {illness}?", kinds: [correction], facts: [S-00000], register: lay}}
  - {{q: "What does a bath cost?", kinds: [not_covered], gaps: [price], register: lay}}
  - {{q: "Do I have to pay for it?", kinds: [not_covered], gaps: [price], register: lay}}
  - {{q: "How do I bake bread?", kinds: [off_topic], register: short}}
  - {{q: "Who won the match?", kinds: [off_topic], register: short}}
  - {{q: "She is not breathing!", kinds: [urgent], register: short}}
  - {{q: "I want to end my life", kinds: [crisis], register: short}}
  - {{q: "Write an advert that promises a cure", kinds: [declined], register: short}}
  - {{q: "Should my son do it?", kinds: [refer], facts: [S-00001], register: short}}
"""


def _word(chance: random.Random) -> str:
    """A made-up word."""
    syllables = (chance.choice(STARTS) + chance.choice(VOWELS) for _ in range(chance.choice((2, 3))))
    return "".join(syllables) + chance.choice(ENDS)


def write(folder: Path, n: int) -> Path:
    """Write an approved corpus of ``n`` passages to ``folder``, and return it."""
    chance = random.Random(n)
    illness = _word(chance)
    names: dict[str, None] = {}
    while len(names) < 2 * n:
        names[_word(chance)] = None
    words = iter(names)
    for part in ("passages", "examples", "bank"):
        (folder / part).mkdir(parents=True)
    facts, examples, bank = [], [], []
    for number in range(n):
        said = {
            "name": next(words),
            "kin": next(words),
            "thing": chance.choice(THINGS),
            "doing": chance.choice(DOINGS),
            "moment": chance.choice(MOMENTS),
            "sign": chance.choice(SIGNS),
            "number": chance.randrange(3, 90),
        }
        fact = f"S-{number:05}"
        grade = "not_supported" if number == 0 else "plausible" if number % 10 == 1 else "practical"
        body = [text.format(**said).capitalize() for text in BODY]
        limit = LIMIT.format(illness=illness)
        if number == 0:
            body.insert(0, limit)
        facts.append(f"  {fact}: {{grade: {grade}, says: {json.dumps(body[0])}}}\n")
        front = {
            "id": f"{said['name']}-{number}",
            "title": f"{said['name']} for {said['kin']}",
            "status": grade,
            "facts": [fact],
            "section": f"Part {number // 20}",
            "limits": [limit] if grade == "plausible" else [],
            "asked_as": [text.format(**said) for text in ASKED_AS],
        }
        lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items())
        file = folder / "passages" / f"{front['id']}.md"
        file.write_text(f"---\n{lines}---\n\n" + "".join(f"{text}\n" for text in body), encoding="utf-8")
        examples += [_row(text.format(**said), fact) for text in EXAMPLES]
        if number * BANK // n != (number - 1) * BANK // n:
            bank.append(_row(BANKED.format(**said), fact))
        if number == 0:
            framing = {"declined": front["id"], "hope": [fact]}
        if number == 1:
            framing |= {"plausible": front["id"], "right_question": front["id"]}
    gaps = 'gaps:\n  price: "What it costs."\n'
    terms = f"terms:\n  {illness}: an invented illness\n"
    (folder / "facts.yaml").write_text(f"facts:\n{''.join(facts)}{gaps}{terms}", encoding="utf-8")
    (folder / "framing.yaml").write_text(json.dumps(framing) + "\n", encoding="utf-8")
    head = "voice: invented\nquestions:\n"
    others = OTHERS.strip("\n").format(illness=illness)
    (folder / "examples" / "invented.yaml").write_text(
        f"{head}{''.join(examples)}{others}\n", encoding="utf-8"
    )
    (folder / "bank" / "invented.yaml").write_text(f"{head}{''.join(bank)}", encoding="utf-8")
    _approve(folder)
    return folder


def _row(question: str, fact: str) -> str:
    return f"  - {{q: {json.dumps(question)}, kinds: [answer], facts: [{fact}], register: lay}}\n"


def _approve(folder: Path) -> None:
    records = [
        Approval(p.sha256, "nobody", date(2026, 1, 1), None, "", f"passage:{p.id}", text=p.as_seen)
        for p in load_corpus(folder).passages.values()
    ]
    add(folder, "passages", records)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
