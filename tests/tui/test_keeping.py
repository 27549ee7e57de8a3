"""Keeping a conversation and going on with it: questions and sheet only, whole at any moment."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from assistant.conversation_file import MOST, Saved, begin, read
from assistant.reply import PlainspokenError
from assistant.sheet import Sheet

from .conftest import open_chat
from .fakes import ANSWER, FakeOpening


async def test_each_turn_is_kept_without_its_reply(tmp_path: Path) -> None:
    file = tmp_path / "mum.json"
    keeper, saved = begin(file, None)
    assert read(file) == Saved()
    async with open_chat(saved=saved, keeper=keeper) as chat:
        await chat.ask("Can it help?")
        assert read(file).questions == ("Can it help?",)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await chat.ask("he cannot breathe")
        await chat.open_sheet()
        assert chat.app.words("sheet.kept") in chat.shown()
        await chat.press("x")
        kept = read(file)
        assert kept.questions == ("Can it help?", "he cannot breathe")
        assert kept.sheet.questions == ANSWER.for_consultation[1:]
        assert kept.sheet.learned == ("modest-slowing", "not-a-cure")
        assert ANSWER.sentences[1].text not in file.read_text()
    assert [f.name for f in tmp_path.iterdir()] == ["mum.json"]


async def test_a_question_is_kept_before_it_is_answered(tmp_path: Path) -> None:
    file = tmp_path / "mum.json"
    keeper, saved = begin(file, None)
    opening = FakeOpening(ready=False)
    async with open_chat(opening, saved=saved, keeper=keeper) as chat:
        await chat.send("Can it help?")
        await chat.until(lambda: read(file).questions == ("Can it help?",))
        assert not chat.turns[0].reply


async def test_going_on_asks_anew_and_leaves_the_sheet_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "mum.json"
    saved = Saved(("Will it cure him?", "Can it help?"), Sheet(("Mine?",), ("not-a-cure", "gone")))
    keeper, _ = begin(file, None)
    assert keeper
    keeper.write(saved.questions, saved.sheet)
    keeper, saved = begin(file, file)
    async with open_chat(saved=saved, keeper=keeper) as chat:
        await chat.settled()
        assert [q.text for q in chat.consultant.asked] == ["Will it cure him?", "Can it help?"]
        assert chat.consultant.asked[1].history == ("Will it cure him?",)
        assert "modest slowing" in chat.part(chat.turns[1], ".reply")
        assert chat.screen.session.sheet == Sheet(("Mine?",), ("not-a-cure", "gone"))
        assert "Sheet: 2 (F4)" in chat.shown()
        await chat.open_sheet()
        assert "Mine?" in chat.shown()
        assert "Not a cure" in chat.shown()
        assert "gone" not in chat.shown()
        await chat.press("escape")
        await chat.ask("hello")
        assert read(file).questions == ("Will it cure him?", "Can it help?", "hello")


async def test_a_reply_in_a_file_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "mum.json"
    lie = "MSC therapy cures ALS."
    file.write_text(
        json.dumps(
            {
                "format": "plainspoken conversation 1",
                "questions": ["Can it help?"],
                "replies": [lie],
                "sheet": {"questions": [], "learned": ["modest-slowing"], "texts": [lie]},
                "turns": [{"question": "Can it help?", "reply": lie}],
            }
        )
    )
    _, saved = begin(None, file)
    async with open_chat(saved=saved) as chat:
        await chat.settled()
        assert "cures" not in chat.shown()
        await chat.open_sheet()
        assert "cures" not in chat.shown()


async def test_a_disk_that_fills_up_is_told_and_the_chat_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, saved = begin(tmp_path / "mum.json", None)
    async with open_chat(saved=saved, keeper=keeper) as chat:

        def full(handle: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        turn = await chat.ask("Can it help?")
        assert turn.reply
        assert "No space left on device" in chat.status()
        monkeypatch.undo()
        await chat.ask("hello")
        assert read(tmp_path / "mum.json").questions == ("Can it help?", "hello")


async def test_what_was_stopped_is_not_kept(tmp_path: Path) -> None:
    keeper, saved = begin(tmp_path / "mum.json", None)
    async with open_chat(saved=saved, keeper=keeper) as chat:
        chat.consultant.gate.clear()
        await chat.send("taken back")
        await chat.press("escape")
        chat.consultant.gate.set()
        await chat.ask("hello")
        assert read(tmp_path / "mum.json").questions == ("hello",)


def test_a_file_that_is_there_is_not_replaced_unless_it_is_gone_on_with(tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    begin(one, None)
    begin(two, None)
    for resume in (None, two):
        with pytest.raises(PlainspokenError, match="is there already"):
            begin(one, resume)
    begin(one, one)
    begin(one, None, overwrite=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 9999,
        "[]",
        '{"format": "plainspoken conversation 1"}',
        '{"format": "plainspoken sheet 1", "questions": [], "learned": []}',
        '{"format": "plainspoken conversation 1", "questions": [1], "sheet": {"questions": [], "learned": []}}',
        '{"format": "plainspoken conversation 1", "questions": [], "sheet": {"questions": [], "learned": [{}]}}',
        '{"format": "plainspoken conversation 1", "questions": "a", "sheet": []}',
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mum.json"
    file.write_text(text)
    with pytest.raises(PlainspokenError, match="holds no conversation that can be read") as refused:
        begin(file, file)
    assert "\n" not in str(refused.value)
    assert file.read_text() == text


def test_any_question_comes_back_and_a_long_conversation_is_cut(tmp_path: Path) -> None:
    keeper, _ = begin(tmp_path / "a.json", None)
    assert keeper
    odd = ("half \ud800 a character", "\x00\x1b[31m", 'quote " \\ \n line', "日本語 🧬")
    keeper.write(odd, Sheet())
    assert read(keeper.file).questions == odd
    keeper.write([str(n) for n in range(MOST + 5)], Sheet())
    assert read(keeper.file).questions == tuple(str(n) for n in range(5, MOST + 5))
