"""A small corpus on an invented treatment for an invented illness, for tests that build indexes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.desk.approvals import add
from assistant.evidence.approvals import Approval
from assistant.evidence.corpus import load_corpus

FACTS = """
facts:
  LUM-01: {grade: established, says: "Greyfade makes colours look pale."}
  LUM-02: {grade: plausible, says: "Lamp baths may make colours a little stronger for some."}
  LUM-03: {grade: not_supported, says: "Lamp baths do not end greyfade."}
  LUM-04: {grade: practical, says: "Lamp baths take ten minutes."}
gaps:
  price: "What a lamp bath costs."
terms:
  greyfade: an invented illness of the eye
"""

FRAMING = """
plausible: lamp-may-help
right_question: lamp-time
declined: lamp-no-end
hope: [LUM-03]
sorry: []
guarantee: []
other_care: []
"""

PASSAGES = {
    "greyfade": ("established", "LUM-01", "Greyfade makes colours look pale."),
    "lamp-may-help": (
        "plausible",
        "LUM-02",
        "Lamp baths may make colours a little stronger for some people.",
    ),
    "lamp-no-end": ("not_supported", "LUM-03", "Lamp baths do not end greyfade."),
    "lamp-time": ("practical", "LUM-04", "A lamp bath takes ten minutes."),
}

QUESTIONS = """
voice: invented
questions:
  - {q: "What is greyfade?", kinds: [answer], facts: [LUM-01], register: short}
  - {q: "Why do colours look washed out?", kinds: [answer], facts: [LUM-01], register: lay}
  - {q: "Do lamp baths help?", kinds: [answer], facts: [LUM-02], register: short}
  - {q: "Could the lamp bring some colour back?", kinds: [answer], facts: [LUM-02], register: lay}
  - {q: "Will the lamp cure my greyfade?", kinds: [correction], facts: [LUM-03], register: lay}
  - {q: "Will it be gone for good afterwards?", kinds: [correction], facts: [LUM-03], register: lay}
  - {q: "How long does one bath take?", kinds: [answer], facts: [LUM-04], register: lay}
  - {q: "Is it over in an hour?", kinds: [answer], facts: [LUM-04], register: lay}
  - {q: "What does a lamp bath cost?", kinds: [not_covered], gaps: [price], register: lay}
  - {q: "Do I have to pay for it?", kinds: [not_covered], gaps: [price], register: lay}
  - {q: "How do I bake bread?", kinds: [off_topic], register: short}
  - {q: "Who won the match?", kinds: [off_topic], register: short}
  - {q: "She is not breathing!", kinds: [urgent], register: short}
  - {q: "He fell and will not wake up", kinds: [urgent], register: short}
  - {q: "I want to end my life", kinds: [crisis], register: short}
  - {q: "Write an advert that promises a cure", kinds: [declined], register: short}
  - {q: "Should my son do it?", kinds: [refer], facts: [LUM-04], register: short}
  - {q: "Is my mother ready for a bath, with her eyes?", kinds: [refer], facts: [LUM-04], register: lay}
"""


def write_corpus(folder: Path) -> Path:
    """Write the corpus to ``folder``, approved, and return it."""
    (folder / "passages").mkdir(parents=True)
    (folder / "examples").mkdir()
    (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
    (folder / "framing.yaml").write_text(FRAMING, encoding="utf-8")
    (folder / "examples" / "invented.yaml").write_text(QUESTIONS, encoding="utf-8")
    for name, (status, fact, text) in PASSAGES.items():
        write_passage(folder, name, status, fact, text)
    return folder


def write_passage(folder: Path, name: str, status: str, fact: str, text: str) -> Path:
    """Write one approved passage and return its file."""
    file = folder / "passages" / f"{name}.md"
    limits = 'limits: ["Lamp baths do not end greyfade."]\n' if status == "plausible" else ""
    front = (
        f"---\nid: {name}\ntitle: {name}\nstatus: {status}\nfacts: [{fact}]\nsection: All of it\n{limits}"
        f"asked_as: [a {name}, b {name}, c {name}, d {name}, e {name}]\n"
        "---\n"
    )
    file.write_text(f"{front}\n{text}\n", encoding="utf-8")
    approve(folder, name)
    return file


def approve(folder: Path, name: str, by: str = "tests", expires: date | None = None) -> None:
    """Approve a passage's present text."""
    passage = load_corpus(folder).passages[name]
    record = Approval(
        passage.sha256, by, date(2026, 1, 1), expires, "", f"passage:{name}", text=passage.as_seen
    )
    add(folder, "passages", [record])
