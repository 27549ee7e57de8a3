"""The consultation sheet on screen: what comes onto it by itself, and everything one can do with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Static

from assistant.sheet import read
from assistant.tui.help import HelpScreen
from assistant.tui.save import FilePrompt
from assistant.tui.widgets.contacts import Contacts

from .conftest import Chat, open_chat
from .fakes import ANSWER, PASSAGES

OWN = ANSWER.for_consultation


def bar(chat: Chat) -> str:
    return str(chat.screen.query_one("#sheet-count", Static).content)


def questions(chat: Chat) -> tuple[str, ...]:
    return chat.screen.session.sheet.questions


async def prompt(chat: Chat, name: str) -> FilePrompt:
    """Press save and type a name."""
    await chat.press("s")
    screen = chat.app.screen
    assert isinstance(screen, FilePrompt)
    screen.line.put(name)
    await chat.pilot.pause()
    return screen


def problem(chat: Chat) -> str:
    return str(chat.app.screen.query_one("#save-problem", Static).content)


async def test_replies_put_questions_and_passages_there_and_the_bar_counts_them() -> None:
    async with open_chat() as chat:
        assert bar(chat) == "Sheet: 0 (F4)"
        turn = await chat.ask("Can it help?")
        assert questions(chat) == OWN
        assert chat.screen.session.sheet.learned == ("modest-slowing", "not-a-cure")
        assert bar(chat) == "Sheet: 4 (F4)"
        assert "is on your sheet" in chat.part(turn, ".listed")
        assert chat.exchange(turn).query_one(".listed").display
        await chat.ask("Can it help?")
        assert bar(chat) == "Sheet: 4 (F4)"


@pytest.mark.parametrize("text", ["he cannot breathe", "I want to end it"])
async def test_danger_puts_nothing_there_and_no_key_does(text: str) -> None:
    async with open_chat() as chat:
        turn = await chat.ask(text)
        await chat.press("f8")
        await chat.press("escape", "a")
        assert len(chat.screen.session.sheet) == 0
        assert not chat.exchange(turn).query_one(".listed").display


@pytest.mark.parametrize("way", ["f8", "a", "click", "palette"])
async def test_the_question_of_an_answer_is_added_by_one_key_or_click(way: str) -> None:
    async with open_chat(size=(140, 45)) as chat:
        first = await chat.ask("Will it cure him?")
        await chat.ask("hello")
        chat.screen.show_turn(first)
        if way == "f8":
            await chat.press("f8")
        elif way == "a":
            await chat.press("escape", "a")
        elif way == "click":
            await chat.press("escape")
            await chat.click("To the sheet")
        else:
            await chat.press("ctrl+p")
            await chat.until(lambda: CommandPalette.is_open(chat.app))
            await chat.press(*"to the sheet")
            await chat.until(lambda: "Put the question of this reply" in chat.shown())
            await chat.press("down", "enter")
        await chat.until(lambda: "Will it cure him?" in questions(chat))
        assert chat.status() == chat.app.words("status.listed", key="F4")
        assert chat.screen.check_action("list", ()) is False  # it is there already


@pytest.mark.parametrize("way", ["f4", "s", "click"])
async def test_the_sheet_opens_and_closes(way: str) -> None:
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        if way == "click":
            await chat.click("Sheet: 4")
        else:
            await chat.press(*(["escape"] if way == "s" else []), way)
        sheet = chat.sheet
        shown = chat.shown()
        for text in (
            "Where is the person now in the course of ALS?",
            *OWN,
            "Plausible: possible, but not certain",
        ):
            assert text in shown
        assert sheet.items.number == 1
        await chat.press("escape")
        assert chat.app.screen is chat.screen


async def test_adding_editing_and_leaving_it() -> None:
    async with open_chat() as chat:
        sheet = await chat.open_sheet()
        assert "no questions of your own" in chat.shown()
        await chat.press("a", *"Who drives", "enter")
        assert questions(chat) == ("Who drives",)
        assert chat.app.focused is sheet.items
        await chat.press("e", *" us?", "enter")
        assert questions(chat) == ("Who drives us?",)
        await chat.press("e", *"nonsense", "escape")
        assert questions(chat) == ("Who drives us?",)
        await chat.press("e", "ctrl+u", "enter")
        assert questions(chat) == ("Who drives us?",)
        await chat.press("a", "enter")
        assert questions(chat) == ("Who drives us?",)
        await chat.press("escape")
        assert bar(chat) == "Sheet: 1 (F4)"


async def test_moving_removing_and_undoing_by_key() -> None:
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        sheet = await chat.open_sheet()
        await chat.press("d")
        assert questions(chat) == OWN[::-1]
        assert sheet.items.number == 2
        assert sheet.check_action("move", (1,)) is False
        await chat.press("shift+up")
        assert questions(chat) == OWN
        await chat.press("x")
        assert questions(chat) == OWN[1:]
        assert chat.app.words("sheet.removed", key="Z") in chat.shown()
        await chat.press("z")
        assert questions(chat) == OWN
        await chat.press("ctrl+z", "ctrl+z")
        assert questions(chat) == OWN
        await chat.press("ctrl+z")
        assert len(chat.screen.session.sheet) == 0
        assert sheet.check_action("undo", ()) is False


async def test_everything_by_mouse() -> None:
    async with open_chat(size=(140, 45)) as chat:
        await chat.ask("Can it help?")
        await chat.click("Sheet: 4")
        sheet = chat.sheet
        await chat.click(OWN[1])
        assert sheet.items.number == 2
        await chat.click("U Up")
        assert questions(chat) == OWN[::-1]
        await chat.click("D Down")
        assert questions(chat) == OWN
        await chat.click("E Edit")
        sheet.line.put("Another?")
        await chat.click("Enter OK")
        assert questions(chat) == (OWN[0], "Another?")
        await chat.click("X Remove")
        assert questions(chat) == OWN[:1]
        await chat.click("Z Undo")
        assert questions(chat) == (OWN[0], "Another?")
        await chat.click("A Add")
        sheet.line.put("A third?")
        await chat.click("Esc Cancel")
        assert len(questions(chat)) == 2
        await chat.click("S Save")
        assert isinstance(chat.app.screen, FilePrompt)
        await chat.click("Esc Cancel")
        await chat.click("Esc Close")
        assert chat.app.screen is chat.screen


async def test_a_passage_can_be_moved_and_removed_but_never_reworded() -> None:
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        sheet = await chat.open_sheet()
        await chat.press("down", "down")
        assert sheet.items.number == 3
        assert sheet.check_action("edit", ()) is False
        await chat.press("e", "enter")
        assert sheet.editing is None
        await chat.press("d")
        assert chat.screen.session.sheet.learned == ("not-a-cure", "modest-slowing")
        await chat.press("x")
        assert chat.screen.session.sheet.learned == ("not-a-cure",)
        assert PASSAGES["modest-slowing"].title not in chat.shown()


@pytest.mark.parametrize("ending", ["html", "md", "json"])
async def test_saving(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"sheet.{ending}"
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        await chat.open_sheet()
        screen = await prompt(chat, str(file))
        assert str(file) in str(screen.query_one("#save-where", Static).content).replace("\n", "")
        await chat.press("enter")
        await chat.until(lambda: chat.app.screen is not screen)
        assert "Saved: " in chat.shown()
        text = file.read_text()
        assert OWN[0] in text
        assert file.stat().st_mode & 0o777 == 0o600
        if ending == "json":
            assert read(text) == chat.screen.session.sheet


async def test_a_file_that_is_there_is_replaced_only_when_enter_is_pressed_again(tmp_path: Path) -> None:
    file, other = tmp_path / "a.md", tmp_path / "b.md"
    file.write_text("mine")
    other.write_text("mine too")
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        await chat.open_sheet()
        screen = await prompt(chat, str(file))
        await chat.press("enter")
        await chat.until(lambda: problem(chat) == chat.app.words("save.taken"))
        screen.line.put(str(other))
        await chat.press("enter")
        await chat.until(lambda: problem(chat) == chat.app.words("save.taken"))
        await chat.press("escape")
        assert (file.read_text(), other.read_text()) == ("mine", "mine too")
        screen = await prompt(chat, str(file))
        await chat.press("enter")
        await chat.until(lambda: problem(chat) == chat.app.words("save.taken"))
        await chat.press("enter")
        await chat.until(lambda: chat.app.screen is not screen)
        assert OWN[0] in file.read_text()
        assert other.read_text() == "mine too"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Please type a name"),
        ("a.pdf", ".html (to print)"),
        ("/nowhere/a.md", "cannot be written"),
        ("~nobody-here/a.md", "cannot be written"),
    ],
)
async def test_what_cannot_be_saved_is_said_and_the_prompt_stays(name: str, said: str) -> None:
    async with open_chat() as chat:
        await chat.open_sheet()
        screen = await prompt(chat, name)
        await chat.press("enter")
        await chat.until(lambda: said in problem(chat))
        assert chat.app.screen is screen


async def test_copying_the_whole_sheet(desktop: list[str]) -> None:
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        await chat.open_sheet()
        await chat.press("c")
        assert chat.app.clipboard.startswith("For the consultation")
        assert OWN[1] in chat.app.clipboard
        assert desktop == [chat.app.clipboard]


async def test_a_reply_that_lands_meanwhile_shows_and_danger_closes_the_sheet() -> None:
    async with open_chat() as chat:
        chat.consultant.gate.clear()
        await chat.send("Can it help?")
        await chat.open_sheet()
        chat.consultant.gate.set()
        await chat.until(lambda: OWN[0] in chat.shown())
        await chat.press("escape")
        chat.consultant.gate.clear()
        await chat.send("he cannot breathe")
        await chat.open_sheet()
        await chat.press("f1")
        assert isinstance(chat.app.screen, HelpScreen)
        chat.consultant.gate.set()
        await chat.until(lambda: chat.app.screen is chat.screen)
        await chat.settled()
        assert "local emergency number" in chat.shown()
        await chat.open_sheet()
        assert chat.sheet.query_one(Contacts).display


async def test_the_help_is_about_the_sheet() -> None:
    async with open_chat() as chat:
        await chat.open_sheet()
        await chat.press("f1")
        assert isinstance(chat.app.screen, HelpScreen)
        page = "\n".join(str(s.content) for s in chat.app.screen.query(Static))
        assert chat.app.words("help.sheet") in page
        for name in ("add", "edit", "save", "remove", "undo", "item_up", "copy_sheet"):
            assert chat.app.words(f"keys.{name}.help") in page
        assert chat.app.words("keys.send.help") not in page


async def test_what_is_typed_onto_the_sheet_is_data() -> None:
    async with open_chat() as chat:
        sheet = await chat.open_sheet()
        await chat.press("a")
        sheet.line.put("[b]bold[/b] [@click=app.quit]x[/] \x1b[31m <script>")
        await chat.press("enter")
        assert "[b]bold[/b] [@click=app.quit]x[/]" in chat.shown()
        await chat.click("[@click=app.quit]")
        assert chat.app.is_running


async def test_a_new_conversation_begins_a_new_sheet() -> None:
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        await chat.press("ctrl+n")
        await chat.until(lambda: chat.screen.conversation.welcoming)
        assert len(chat.screen.session.sheet) == 0
        assert bar(chat) == "Sheet: 0 (F4)"


def test_saved_json_is_what_scripts_read(tmp_path: Path) -> None:
    from assistant.evidence.wording import Wording
    from assistant.sheet import Sheet
    from assistant.sheet_file import load, save

    from .conftest import PROMPTS

    sheet = Sheet(("a?",), ("not-a-cure",))
    save(sheet, tmp_path / "s.json", PASSAGES, Wording(PROMPTS))
    assert load(tmp_path / "s.json") == sheet
    (learned,) = json.loads((tmp_path / "s.json").read_text())["learned"]
    assert learned["grade"] == "Established: the summary states it plainly"
