"""`plainspoken check` finds each fault that an editor can make, and says where."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assistant.desk import items
from assistant.desk.approvals import add
from assistant.desk.lint import lint, unreviewed
from assistant.evidence.wording import Wording
from assistant.guard.claims import ClaimScreen
from assistant.settings import Settings
from tests.conftest import ROOT, TODAY


def test_what_ships_has_nothing_to_put_right(screen: ClaimScreen) -> None:
    assert lint(ROOT / "corpus", ROOT / "prompts", screen, TODAY) == []


def test_an_overclaim_in_a_passage_is_found(screen: ClaimScreen, corpus: Path) -> None:
    file = corpus / "passages" / "modest-slowing.md"
    file.write_text(file.read_text(encoding="utf-8") + "The cells cure ALS for good.\n", encoding="utf-8")
    said = [p for p in lint(corpus, ROOT / "prompts", screen, TODAY) if "claims more" in p.what]
    assert [(p.file, "cure" in p.what) for p in said] == [(file, True)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus", ignore=shutil.ignore_patterns("claims", "*.yaml"))
    for name in ("facts.yaml", "framing.yaml"):
        shutil.copy(ROOT / "corpus" / name, tmp_path / "corpus" / name)
    return tmp_path / "corpus"


def passage(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(corpus: Path) -> None:
        file = corpus / "passages" / f"{name}.md"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def approvals(old: str, new: str) -> Callable[[Path], None]:
    def change(corpus: Path) -> None:
        file = corpus / "approvals" / "passages.jsonl"
        rows = file.read_text(encoding="utf-8").splitlines()
        at = next(n for n, row in enumerate(rows) if "passage:not-a-cure" in row)
        assert old in rows[at]
        rows[at] = rows[at].replace(old, new, 1)
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")

    return change


def question(folder: str, row: str) -> Callable[[Path], None]:
    def change(corpus: Path) -> None:
        (corpus / folder).mkdir(exist_ok=True)
        with (corpus / folder / "x.yaml").open("a", encoding="utf-8") as stream:
            if not stream.tell():
                stream.write("voice: x\nquestions:\n")
            stream.write(f"  - {row}\n")

    return change


def both(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(corpus: Path) -> None:
        for one in changes:
            one(corpus)

    return change


ROW = '{q: "Is it far?", kinds: [not_covered], gaps: [logistics], register: short}'


@pytest.mark.parametrize(
    ("folder", "key"),
    [
        ("examples", "questions"),
        ("claims", "sentences"),
        ("grounding", "sentences"),
        ("answers", "answers"),
        ("bank/answers", "answers"),
    ],
)
def test_a_faulty_row_is_named(corpus: Path, folder: str, key: str) -> None:
    (corpus / folder).mkdir(parents=True, exist_ok=True)
    (corpus / folder / "faulty.yaml").write_text(
        f"voice: x\n{key}:\n  - only words\n  - {{nothing: known}}\n"
    )
    (corpus / folder / "listless.yaml").write_text("voice: x\n")
    said = [str(p) for p in lint(corpus, ROOT / "prompts", today=TODAY) if f"{folder}/" in str(p)]
    what = key.removesuffix("s")
    assert any(f"faulty.yaml:1: {what} left out (not a mapping of names); correct the row" in p for p in said)
    assert any(f"faulty.yaml:4: {what} left out (" in p for p in said)
    assert any(f"listless.yaml:1: has no list `{key}`; see another such file" in p for p in said)


@pytest.mark.parametrize(
    ("change", "said", "line"),
    [
        (passage("not-a-cure", "EVI-02", "EVI-99"), "unknown fact EVI-99", 5),
        (passage("not-a-cure", "[EVI-02]", "[]"), "no facts", 5),
        (passage("not-a-cure", "status: established", "status: certain"), "front matter is not complete", 1),
        (passage("not-a-cure", "title:", "title: ["), "does not parse", None),
        (
            passage(
                "not-a-cure",
                "---",
                "",
            ),
            "no front matter",
            1,
        ),
        (passage("not-a-cure", "id: not-a-cure", "id: no-halt"), "also used by", 2),
        (passage("not-a-cure", "does not reverse", "never reverses"), "edited since it was approved", None),
        (approvals('"expires": "never"', '"expires": "2026-11-21"'), "expired", None),
        (approvals('"did": "approve"', '"did": "flag"'), "was flagged by Plainspoken project", None),
        (approvals('{"what": "passage:not-a-cure"', '{"what": "passage:gone"'), "is not approved", None),
        (approvals('{"what": "passage:not-a-cure"', '{"what" "passage:not-a-cure"'), "is no record", None),
        (
            passage("not-a-cure", "status: established", "status: plausible"),
            "not the grade of its main fact",
            4,
        ),
        (passage("modest-slowing", "limits:", "others:"), "benefit without its limit", 4),
        (
            passage("modest-slowing", '"MSC therapy is not a cure for ALS."', '"It is great."'),
            "no passage says",
            7,
        ),
        (passage("not-a-cure", "MSC therapy is not", "It is not"), "begins with “It”", None),
        (passage("not-a-cure", "reverse ALS.", "reverse " + "very " * 30 + "much."), "over 28 words", None),
        (passage("not-a-cure", "reverse ALS.", "reverse ALS"), "does not end like a sentence", None),
        (
            passage(
                "no-halt", "stops ALS from", "terminates neurodegenerative deterioration characteristically"
            ),
            "reads at grade",
            None,
        ),
        (lambda c: (c / "passages" / "not-a-cure.md").unlink(), "no passage says", None),
        (
            lambda c: (c / "passages" / "not-the-right-question.md").unlink(),
            "CON-01 is carried by no passage",
            None,
        ),
        (lambda c: (c / "passages" / "x.md").write_bytes(b"\xff\xfe"), "not UTF-8", 1),
        (question("examples", ROW.replace("logistics", "nowhere")), "unknown id nowhere", 3),
        (question("examples", ROW.replace("not_covered", "maybe")), "question left out", 3),
        (question("examples", ROW.replace("short", "odd")), "unknown register", 3),
        (both(question("examples", ROW), question("examples", ROW)), "asked twice", 4),
        (both(question("examples", ROW), question("bank", ROW)), "in examples and bank", None),
        (question("examples", ROW.replace("not_covered", "urgent")), "danger has no gap", 3),
    ],
)
def test_each_fault_is_found_with_its_line(
    corpus: Path, change: Callable[[Path], None], said: str, line: int | None
) -> None:
    change(corpus)
    found = [p for p in lint(corpus, ROOT / "prompts", today=TODAY) if said in p.what]
    assert found
    assert line is None or line in [p.line for p in found]
    assert all(str(p).startswith(f"{p.file}:{p.line}: ") for p in found)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "replies.toml",
            "Please call your local emergency number now.",
            "Please do " + "please " * 12,
            "begins with over",
        ),
        (
            "replies.toml",
            "You are doing the right thing by asking for help.",
            "Subsequently telephone the multidisciplinary neuromuscular "
            "organisation immediately, notwithstanding administrative considerations.",
            "reads at grade",
        ),
        ("gaps.toml", "price =", "prize =", "no sentence for the gap price"),
        ("model/write.toml", "\n{history}\n", "", "needs {passages}, {history}, {question}"),
        ("model/select.toml", "one JSON object", "one JSON object {", "no braces but those"),
    ],
)
def test_faults_of_the_wording_are_found(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    target = tmp_path / "prompts" / file
    text = target.read_text(encoding="utf-8")
    assert old in text
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(said in p.what for p in lint(ROOT / "corpus", tmp_path / "prompts", today=TODAY))


def test_an_approval_holds_until_its_last_day(corpus: Path) -> None:
    approvals('"expires": "never"', '"expires": "2027-01-31"')(corpus)
    prompts = ROOT / "prompts"
    assert not [p for p in lint(corpus, prompts, today=date(2027, 1, 31)) if "expired" in p.what]
    assert [p for p in lint(corpus, prompts, today=date(2027, 2, 1)) if "expired" in p.what]


def test_benefit_may_need_two_approvals(corpus: Path) -> None:
    found = lint(corpus, ROOT / "prompts", today=TODAY, benefit_approvals=2)
    assert "has 1 of the 2 approvals" in found[0].what
    assert {"modest-slowing.md", "fatigue-sleep-energy.md"} <= {p.file.name for p in found}


def test_unreviewed_danger_wording_is_told_in_each_language_and_is_no_problem(corpus: Path) -> None:
    settings = Settings(corpus=corpus, prompts=ROOT / "prompts")
    told = unreviewed(settings, TODAY)
    for part in ("replies.urgent", "replies.crisis", "languages.es", "languages.hi", "languages.zh"):
        assert any(part in line for line in told)
    urgent = next(i for i in items.wording(Wording(ROOT / "prompts"), corpus) if i.name == "replies.urgent")
    add(corpus, "wording", [urgent.record("approve", "A", TODAY)])
    assert not any("replies.urgent" in line for line in unreviewed(settings, TODAY))
