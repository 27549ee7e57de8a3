"""`plainspoken review` without its screen, and `new-corpus`, with the real consultant on the small corpus."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from assistant import reviewing
from assistant.evidence.approvals import read_approvals
from assistant.evidence.corpus import load_corpus
from assistant.reply import PlainspokenError
from tests.by_heart import TODAY, write_bank
from tests.conftest import ROOT
from tests.test_cli import one_line, run


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def corpus(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_bank(tmp_path / "corpus")
    environment = {"CORPUS": folder, "PROMPTS": ROOT / "prompts", "DATA": data}
    for name, value in environment.items():
        monkeypatch.setenv(f"PLAINSPOKEN_{name}", str(value))
    reviewing.name("A. Reviewer")
    return folder


def check(report: Path | None = None, keep: str | None = None) -> tuple[int, str]:
    out = io.StringIO()
    code = reviewing.check(out, report, keep, TODAY)
    return code, out.getvalue()


def test_nothing_differs_until_something_changes(corpus: Path, tmp_path: Path) -> None:
    code, said = check(keep="known, not read")
    assert (code, said.splitlines()[-1]) == (0, "Nothing differs from what was looked at.")
    records, _ = read_approvals(corpus, "answers")
    for (record,) in records.values():
        assert (record.did, record.by) == ("flag", "A. Reviewer")
        assert record.note.startswith("known, not read: ")
    assert check()[0] == 0

    file = corpus / "passages" / "lamp-time.md"
    text = file.read_text()
    file.write_text(text.replace("ten", "nine"))
    page = tmp_path / "report.html"
    code, said = check(report=page)
    assert code == 1
    assert (
        f"corpus/passages/lamp-time.md:{len(text.splitlines())}: changed since it was looked at: lamp-time"
        in said
    )
    html = page.read_text(encoding="utf-8")
    assert "<del>ten </del>" in html
    assert "<ins>nine </ins>" in html
    file.write_text(text)
    assert check()[0] == 0


def test_a_broken_record_makes_the_check_fail(corpus: Path) -> None:
    check(keep="known")
    (corpus / "approvals" / "wording.jsonl").write_text("{\n")
    code, said = check()
    assert code == 1
    assert "wording.jsonl:1: is no record" in said


def test_questions_and_comments_come_in_and_the_bank_goes_out(corpus: Path, tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text(
        "question,kinds,facts,gaps,comment\n"
        "Is the bath over in no time?,answer,LUM-04,,sounds curt\n"
        "Is it nice?,nonsense,,,\n"
        "How many minutes is one?,answer,LUM-04,,say it more kindly\n"
    )
    out = io.StringIO()
    assert reviewing.take_in(given, out) == 1
    assert f"{given}:3: left out (kinds must be" in out.getvalue()
    assert "Questions added: 1. Comments: 2. Rows left out: 1." in out.getvalue()
    records, _ = read_approvals(corpus, "answers")
    assert {r.note for (r,) in records.values()} == {"sounds curt", "say it more kindly"}

    assert reviewing.export(tmp_path / "bank.csv", io.StringIO()) == 0
    rows = list(csv.DictReader((tmp_path / "bank.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 6
    assert {r["comment"] for r in rows if r["state"] == "flagged"} == {"sounds curt", "say it more kindly"}
    assert reviewing.export(tmp_path / "bank.json", io.StringIO()) == 0
    objects = json.loads((tmp_path / "bank.json").read_text(encoding="utf-8"))
    assert {o["question"] for o in objects} == {r["question"] for r in rows}
    assert all(o["reply"]["kind"] == r["reply kind"] for o, r in zip(objects, rows, strict=True))


def test_what_a_family_saved_comes_in_only_uncovered_and_without_names(corpus: Path, tmp_path: Path) -> None:
    saved = tmp_path / "ours.json"
    asked = ["What does a lamp bath cost for Eleanor?", "How long does one bath take?"]
    sheet: dict[str, list[str]] = {"questions": [], "learned": []}
    saved.write_text(json.dumps({"format": "plainspoken conversation 1", "questions": asked, "sheet": sheet}))
    out = io.StringIO()
    assert reviewing.take_in(saved, out) == 0
    added = (corpus / "bank" / "from-families.yaml").read_text(encoding="utf-8")
    assert "Eleanor" not in added + out.getvalue()
    assert "…" in added
    assert "take?" not in added
    assert "not_covered" in added


@pytest.mark.parametrize("name", ["x.pdf", "none.csv", "none.json", "none.md"])
def test_what_cannot_come_in_is_said(corpus: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(PlainspokenError, match=name):
        reviewing.take_in(tmp_path / name, io.StringIO())


def test_a_reply_that_awaits_review_says_so_with_the_real_consultant(corpus: Path) -> None:
    from assistant import settings
    from assistant.consultant import open_consultant
    from assistant.evidence.index import build_index
    from assistant.evidence.wording import Wording
    from assistant.reply import Kind, Question

    loaded = settings.load()
    build_index(loaded, Wording(loaded.prompts))
    (corpus / "approvals" / "passages.jsonl").unlink()
    consultant = open_consultant(loaded)
    for question, kind in (
        ("Will the lamp cure my greyfade?", Kind.CORRECTION),
        ("Should my son do it?", Kind.REFER),
        ("How long does one bath take?", Kind.ANSWER),
    ):
        reply = consultant.invoke(Question(question))
        assert reply.kind is kind
        assert reply.citations == ()
        assert "waiting for review" in reply.text
        assert question in reply.for_consultation
        assert "does not answer your question" not in reply.text
    assert consultant.invoke(Question("Will the lamp cure my greyfade?")).text.startswith(
        "No, and I am sorry"
    )
    urgent = consultant.invoke(Question("She is not breathing!"))
    assert urgent.text.startswith("Please call your local emergency number now.")
    assert load_corpus(corpus).approved(TODAY) == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("review",), "the review needs a terminal"),
        (("review", "--report", "x.html"), "--report and --flag-misses go with --check"),
        (("review", "--check", "--export", "x.csv"), "give one of --check, --import and --export"),
        (("review", "--as", " "), "a reviewer needs a name"),
        (("review", "--export", "x.txt"), "Give the name of a .csv or .json file"),
        (("new-corpus", "/"), "is not empty"),
        (("new-corpus", "/tmp/x", "--illness", 'a"b'), "need plain names"),
    ],
)
def test_what_cannot_be_done_is_one_line(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = run(*words, PLAINSPOKEN_DATA=str(tmp_path))
    assert done.returncode == 2
    assert said in one_line(done)
