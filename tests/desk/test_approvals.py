"""Records of approvals: nothing that was recorded is ever lost, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from assistant.desk.approvals import add, name_reviewer, reviewer
from assistant.desk.items import Item, State
from assistant.evidence.approvals import Approval, in_force, read_approvals
from assistant.evidence.corpus import load_corpus
from assistant.reply import PlainspokenError
from tests.conftest import ROOT
from tests.small import approve, write_corpus

DAY = date(2026, 11, 22)


def record(n: int, by: str = "A", **changed: object) -> Approval:
    values = {
        "sha256": f"{n:064}",
        "by": by,
        "on": DAY,
        "expires": None,
        "note": f"n{n}",
        "what": f"answer:{n}",
    }
    return Approval(**(values | {"text": "one\ntwo"} | changed))  # type: ignore[arg-type]


def notes(folder: Path) -> list[str]:
    found, bad = read_approvals(folder, "answers")
    assert not bad
    return [r.note for records in found.values() for r in records]


WRITER = """
import sys
from pathlib import Path
from tests.desk.test_approvals import record
from assistant.desk.approvals import add
folder, by, first, count, size = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
for n in range(first, first + count):
    add(folder, "answers", [record(n, by, text="x" * size)])
    print(n, flush=True)
"""


def writer(folder: Path, by: str, first: int, count: int, size: int = 100) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), by, str(first), str(count), str(size)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_what_was_recorded_survives_a_kill(tmp_path: Path) -> None:
    told: list[str] = []
    for round_ in range(3):
        child = writer(tmp_path, "A", 1000 * round_, 500, size=300_000)
        assert child.stdout
        for _ in range(4 + round_):
            told.append(child.stdout.readline().strip())
        child.send_signal(signal.SIGKILL)
        told += child.stdout.read().split()
        child.wait()
    add(tmp_path, "answers", [record(9999)])
    found, _ = read_approvals(tmp_path, "answers")
    kept = {r.note for records in found.values() for r in records}
    assert {f"n{n}" for n in told} | {"n9999"} <= kept


def test_a_torn_line_takes_no_other_down(tmp_path: Path) -> None:
    add(tmp_path, "answers", [record(1), record(2)])
    file = tmp_path / "approvals" / "answers.jsonl"
    with file.open("ab") as stream:
        stream.write(record(3).as_line().encode()[:60])
    add(tmp_path, "answers", [record(4)])
    found, bad = read_approvals(tmp_path, "answers")
    assert sorted(found) == ["answer:1", "answer:2", "answer:4"]
    assert [b.line for b in bad] == [3]


def test_two_reviewers_write_one_file(tmp_path: Path) -> None:
    both = [writer(tmp_path, "A", 0, 40), writer(tmp_path, "B", 40, 40)]
    for child in both:
        child.communicate(timeout=60)
        assert child.returncode == 0
    assert sorted(notes(tmp_path)) == sorted(f"n{n}" for n in range(80))


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    add(tmp_path, "answers", [record(1)])
    file = tmp_path / "approvals" / "answers.jsonl"
    before = file.read_bytes()
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from tests.desk.test_approvals import record\n"
        "from assistant.desk.approvals import add\nfrom assistant.reply import PlainspokenError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 50}, {len(before) + 50}))\n"
        f"try: add(Path({str(tmp_path)!r}), 'answers', [record(2)])\n"
        "except PlainspokenError as error: sys.exit(str(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "nothing was recorded" in done.stderr
    assert done.returncode == 1
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "broken",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"what": "answer:1"}',
        record(5).as_line().encode().replace(b"2026-11-22", b"yesterday"),
        record(5).as_line().encode().replace(b'"approve"', b'"maybe"'),
        record(5).as_line().encode().replace(b'"A"', b'" "'),
        record(5).as_line().encode().replace(b'"A"', b"7"),
    ],
)
def test_a_record_broken_by_hand_is_named_and_stands_in_no_way(tmp_path: Path, broken: bytes) -> None:
    add(tmp_path, "answers", [record(1)])
    file = tmp_path / "approvals" / "answers.jsonl"
    file.write_bytes(file.read_bytes() + broken.rstrip(b"\n") + b"\n" + record(2).as_line().encode())
    found, bad = read_approvals(tmp_path, "answers")
    assert sorted(found) == ["answer:1", "answer:2"]
    assert [b.line for b in bad] == [2]
    add(tmp_path, "answers", [record(3)])
    assert broken.rstrip(b"\n") in file.read_bytes()


def test_a_broken_record_of_a_passage_is_a_problem_of_the_corpus(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    with (corpus / "approvals" / "passages.jsonl").open("a", encoding="utf-8") as stream:
        stream.write("{broken\n")
    read = load_corpus(corpus)
    assert len(read.approved(DAY)) == 4
    assert ["passages.jsonl:5: is no record" in str(p) for p in read.problems] == [True]


def test_no_right_to_write_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "approvals").write_text("a file where the folder should be")
    with pytest.raises(PlainspokenError, match="nothing was recorded"):
        add(tmp_path, "answers", [record(1)])


def test_any_text_comes_back_as_it_was(tmp_path: Path) -> None:
    text = 'line\nbreaks "quotes" \u2028 नमस्ते \x00 \ud800 end'
    add(tmp_path, "answers", [record(1, text=text)])
    (found,) = read_approvals(tmp_path, "answers")[0]["answer:1"]
    assert found.text.startswith('line\nbreaks "quotes" \u2028 नमस्ते')


def test_records_of_two_branches_merge(tmp_path: Path) -> None:
    def git(*args: str) -> str:
        env = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        done = subprocess.run(["git", *who, *args], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    git("init", "-q", "-b", "main")
    rule = (ROOT / ".gitattributes").read_text().replace("corpus/", "")
    (tmp_path / ".gitattributes").write_text(rule)
    add(tmp_path, "answers", [record(1)])
    (tmp_path / ".gitignore").write_text(".lock\n")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "other")
    add(tmp_path, "answers", [record(2, "B")])
    git("commit", "-qam", "two")
    git("checkout", "-q", "main")
    add(tmp_path, "answers", [record(3, "A")])
    git("commit", "-qam", "three")
    git("merge", "-q", "other")
    assert sorted(notes(tmp_path)) == ["n1", "n2", "n3"]


def at(
    expires: date | None = None, by: str = "A", did: str = "approve", sha: str = "s", on: date = DAY
) -> Approval:
    return Approval(sha, by, on, expires, "why", "passage:x", did, "t")  # type: ignore[arg-type]


SOON, LATER, GONE = date(2026, 12, 1), date(2027, 6, 1), date(2026, 11, 21)


@pytest.mark.parametrize(
    ("records", "needed", "state"),
    [
        ([], 1, State.NEW),
        ([at()], 1, State.APPROVED),
        ([at(LATER)], 1, State.APPROVED),
        ([at(DAY)], 1, State.EXPIRING),
        ([at(SOON)], 1, State.EXPIRING),
        ([at(GONE)], 1, State.EXPIRING),
        ([at(GONE), at(LATER)], 1, State.APPROVED),
        ([at(sha="old")], 1, State.CHANGED),
        ([at(did="flag")], 1, State.FLAGGED),
        ([at(), at(by="B", did="flag")], 1, State.FLAGGED),
        ([at(did="flag"), at(by="B")], 1, State.APPROVED),
        ([at(did="flag", sha="old")], 1, State.CHANGED),
        ([at()], 2, State.NEW),
        ([at(), at(by="a")], 2, State.NEW),
        ([at(), at(by="B")], 2, State.APPROVED),
        ([at(SOON), at(LATER, by="B")], 2, State.EXPIRING),
        ([at(SOON), at(LATER, by="B"), at(None, by="C")], 2, State.APPROVED),
        ([at(on=date(2026, 11, 23))], 1, State.NEW),
    ],
)
def test_how_a_text_stands(records: list[Approval], needed: int, state: State) -> None:
    item = Item("passage:x", "x", "t", "s", tuple(records), Path("x"), 1, needed)
    assert item.state(DAY) is state
    serving = len(in_force(records, "s", DAY)) >= needed
    assert serving == (state in (State.APPROVED, State.EXPIRING) and records[-1].expires != GONE)


def test_a_passage_about_benefit_may_need_two_people(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    assert "lamp-may-help" in load_corpus(corpus, 1).approved(DAY)
    assert set(load_corpus(corpus, 2).approved(DAY)) == {"greyfade", "lamp-no-end", "lamp-time"}
    approve(corpus, "lamp-may-help", by="Tests")
    assert "lamp-may-help" not in load_corpus(corpus, 2).approved(DAY)
    approve(corpus, "lamp-may-help", by="somebody else", expires=LATER)
    assert "lamp-may-help" in load_corpus(corpus, 2).approved(DAY)
    assert "lamp-may-help" not in load_corpus(corpus, 2).approved(date(2027, 6, 2))


def test_a_flag_withdraws_a_passage_and_a_new_approval_brings_it_back(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    passage = load_corpus(corpus).passages["lamp-time"]
    add(
        corpus,
        "passages",
        [Approval(passage.sha256, "B", DAY, None, "wrong", "passage:lamp-time", "flag", "")],
    )
    assert "lamp-time" not in load_corpus(corpus).approved(DAY)
    approve(corpus, "lamp-time", by="B")
    assert "lamp-time" in load_corpus(corpus).approved(DAY)


def test_a_reviewer_is_named_once(tmp_path: Path) -> None:
    assert reviewer(tmp_path / "data") == ""
    name_reviewer(tmp_path / "data", "  Dr  A.\nExample ")
    assert reviewer(tmp_path / "data") == "Dr A. Example"
    with pytest.raises(PlainspokenError):
        name_reviewer(tmp_path / "data", " \n")
