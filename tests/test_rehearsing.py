"""`plainspoken rehearse` without its screen: line by line on the small corpus, and the real thing in a process."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from aiohttp import ClientSession

from assistant import rehearsing
from assistant.desk import practice
from assistant.desk.practice import Choice
from assistant.desk.room import Plan
from assistant.desk.words import StaffWords
from assistant.reply import Kind, PlainspokenError
from assistant.serving.server import Site
from assistant.settings import Settings
from tests.conftest import ROOT
from tests.rehearsing import judge, write_rehearsal
from tests.test_cli import one_line, run


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    corpus = write_rehearsal(tmp_path / "corpus")
    monkeypatch.setattr(rehearsing, "open_judge", lambda settings: judge(settings.corpus))
    return Settings(corpus=corpus, prompts=ROOT / "prompts", data=tmp_path / "data")


def talk(settings: Settings, plan: Plan, *said: str) -> str:
    out = io.StringIO()
    assert rehearsing.converse(settings, plan, io.StringIO("".join(f"{s}\n" for s in said)), out) == 0
    return " ".join(out.getvalue().split())


def test_a_session_line_by_line(small: Settings, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    plan = Plan(Choice(kind=Kind.CORRECTION), 1, keep=True, export=file)
    said = talk(small, plan, "help", "vetted", "passages", "The lamp is a cure.", "It does not end it.")
    for part in (
        "Family: Will the lamp end it for good?",
        "vetted: reads the vetted answer",
        "[1] lamp-no-end Not supported",
        "- Not so: “The lamp is a cure.” This promises a cure. It runs against: Lamp baths do not end greyfade.",
        "What you practised",
        "You said for example: “The lamp is a cure.”",
    ):
        assert part in said
    assert any(
        f"Family: {press}" in said
        for press in StaffWords(ROOT / "prompts", "rehearse").lines("press.correction")
    )
    assert "\x1b" not in said
    assert [row["answer"] for row in json.loads(file.read_text())] == [
        "The lamp is a cure.",
        "It does not end it.",
    ]
    assert (small.data / "rehearsal.json").is_file()


def test_what_goes_wrong_is_told_and_the_session_goes_on(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, failed = practice.Session.answer, []

    def once_away(session: practice.Session, text: str) -> object:
        if not failed:
            failed.append(text)
            raise PlainspokenError("the Chroma server does not answer.")
        return answer(session, text)

    monkeypatch.setattr(practice.Session, "answer", once_away)
    said = talk(small, Plan(Choice(kind=Kind.CORRECTION), 1), "It does not end it.", "The lamp is a cure.")
    assert "the Chroma server does not answer." in said
    assert "Not so: “The lamp is a cure.”" in said
    assert "What you practised" in said


def test_the_end_of_input_ends_it_and_nothing_is_kept(small: Settings) -> None:
    said = talk(small, Plan(Choice(kind=Kind.CORRECTION)))
    assert "You gave no answer this time." in said
    assert "Nothing is kept." in said
    assert not small.data.exists()


def test_what_cannot_be_exported_is_said_before_anything_is_typed(tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("x")
    for file, said in ((there, "is there already"), (tmp_path / "x.doc", r"\.csv or \.json")):
        with pytest.raises(PlainspokenError, match=said):
            Plan.of(None, None, None, worst=False, most=5, keep=False, export=file)


def test_a_batch_of_answers(settings: Settings, consultant: object, screen: object) -> None:
    lines = [
        {"id": "a", "question": "Is it a cure?", "answer": "No. Our cells cure ALS in most people."},
        {"id": "b", "question": "She cannot breathe, her lips are blue!", "answer": "Call 999 now."},
        {"id": "c", "question": "Is it a cure?"},
    ]
    folders = {"DATA": settings.data, "CORPUS": settings.corpus, "PROMPTS": settings.prompts}
    done = run(
        "rehearse", "--batch", "-",
        given="\n".join(map(json.dumps, lines)) + "\nno json\n",
        **{f"PLAINSPOKEN_{name}": str(folder) for name, folder in folders.items()},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(o["id"], o.get("kind")) for o in out] == [
        ("a", "correction"), ("b", "urgent"), (None, None), (None, None),
    ]  # fmt: skip
    assert set(out[0]) == {"id", "kind", "points", "overclaims", "grade"}
    assert {"text": "Our cells cure ALS in most people.", "claim": "cure"} in out[0]["overclaims"]
    assert {"fact": "EVI-02", "verdict": "contradicted"} in out[0]["points"]
    assert out[1]["points"] == []
    assert [o["error"].split(":")[0] for o in out[2:]] == ["line 3", "line 4"]


def test_a_wrong_file_is_one_line() -> None:
    done = run("rehearse", "--batch", "nowhere.jsonl")
    assert done.returncode == 2
    assert "nowhere.jsonl: cannot be read" in one_line(done)


async def test_staff_enter_with_the_token_and_families_never(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.serving.server.WRONG", 0.0)
    site = Site(settings, 1, "s3cret")
    async with site.open("127.0.0.1", 0) as address, ClientSession() as client:
        async with client.get(address) as page:
            text = await page.text()
            assert "type the token" in text
            assert "terminal" not in text
            assert "form-action 'self'" in page.headers["Content-Security-Policy"]
        async with client.get(f"{address}/ws", headers={"Origin": address}) as refused:
            assert refused.status == 403
        async with client.post(address, data={"token": "guess"}) as wrong:
            assert wrong.status == 403
            assert "That is not the token." in await wrong.text()
            assert not wrong.cookies
        async with client.post(address, data={"token": "s3cret "}, allow_redirects=False) as right:
            assert right.status == 303
            (cookie,) = right.cookies.values()
            assert cookie["httponly"]
            assert cookie["samesite"] == "Strict"
            assert "s3cret" not in cookie.value
        client.cookie_jar.clear()
        async with client.get(address, cookies={cookie.key: cookie.value}) as page:
            assert "terminal" in await page.text()
    families = Site(settings, 1)
    async with (
        families.open("127.0.0.1", 0) as address,
        ClientSession() as client,
        client.post(address, data={"token": ""}) as answer,
    ):
        assert answer.status == 405
