"""Replies, citations and evidence; copying; keys, commands and help."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.geometry import Offset
from textual.widgets import OptionList, Static, TextArea

from assistant.reply import PlainspokenError
from assistant.tui.app import OWNERS, ChatApp
from assistant.tui.chat import ChatScreen
from assistant.tui.commands import commands, words_for
from assistant.tui.help import HelpScreen
from assistant.tui.widgets.evidence import Evidence, Source
from assistant.tui.widgets.question_input import QuestionInput
from assistant.tui.words import Words

from .conftest import PROMPTS, Chat, chat_app, open_chat
from .fakes import APPROVAL, HOSTILE, LONG, PASSAGES, FakeOpening

WIDE, NARROW = (140, 45), (80, 24)


def evidence_text(chat: Chat) -> str:
    return "\n".join(str(s.content) for s in chat.screen.query_one(Evidence).query(Static))


async def test_marks_follow_the_sentences_that_cite() -> None:
    async with open_chat() as chat:
        turn = await chat.ask("Will it cure him?")
        said = chat.part(turn, ".reply").replace("\N{NO-BREAK SPACE}", " ")
        assert said.startswith(
            "No, and I am sorry to have to say so. MSC therapy is not a cure for ALS. [1] MSC"
        )
        assert "\n\nHere is what is plausible instead. A modest" in said
        assert said.endswith("treated earlier. [2]")
        assert "Established" in chat.part(turn, ".sources")
        assert "Plausible: possible, but not certain" in chat.part(turn, ".sources")


async def test_the_evidence_is_whole() -> None:
    async with open_chat(size=WIDE) as chat:
        await chat.ask("a long one")
        text = evidence_text(chat)
        for sentence in LONG:
            assert sentence in text
        await chat.ask("Can it help?")
        text = evidence_text(chat)
        for p in (PASSAGES["modest-slowing"], PASSAGES["not-a-cure"]):
            assert p.title in text
            assert p.body in text
            assert p.section in text
            assert " ".join(p.limits) in text
        assert APPROVAL in text
        assert "Plausible: possible, but not certain" in text
        assert "Where is she in the course of ALS?" in text


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_sources_open_by_key(size: tuple[int, int]) -> None:
    async with open_chat(size=size) as chat:
        await chat.ask("Can it help?")
        await chat.press("escape", "2")
        await chat.until(lambda: chat.screen.query_one("#source-2", Source).has_class("-open"))
        assert chat.screen.evidence.region.height > 0
        assert "Not a cure, not a reversal" in chat.shown()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_sources_open_by_a_click_on_the_mark(size: tuple[int, int]) -> None:
    async with open_chat(size=size) as chat:
        first = await chat.ask("Will it cure him?")
        await chat.ask("hello")
        assert chat.screen.session.selected is not first
        chat.screen.show_turn(first)
        top = chat.screen.conversation.content_region.y
        await chat.until(lambda: chat.exchange(first).region.y == top)
        await chat.click("[2]")
        await chat.until(lambda: bool(chat.screen.query("#source-2.-open")))
        assert chat.screen.session.selected is first


async def test_evidence_on_a_narrow_screen_comes_and_goes() -> None:
    async with open_chat(size=NARROW) as chat:
        await chat.ask("Can it help?")
        assert not chat.screen.evidence.region
        await chat.press("f2")
        await chat.until(lambda: chat.screen.focused is chat.screen.evidence)
        assert chat.screen.evidence.region.width == 80
        await chat.press("escape")
        assert not chat.screen.evidence.region
        assert chat.screen.focused is chat.screen.input
        await chat.press("f2")
        await chat.until(lambda: chat.screen.focused is chat.screen.evidence)
        await chat.press("f2")
        await chat.until(lambda: not chat.screen.evidence.region)


async def test_evidence_on_a_wide_screen_can_be_hidden() -> None:
    async with open_chat(size=WIDE) as chat:
        assert not chat.screen.evidence.region
        await chat.ask("Can it help?")
        assert chat.screen.evidence.region.x >= 80
        await chat.press("f2")
        await chat.until(lambda: not chat.screen.evidence.region)
        await chat.press("f2")
        await chat.until(lambda: bool(chat.screen.evidence.region))


async def test_resizing_moves_the_evidence() -> None:
    async with open_chat(size=WIDE) as chat:
        await chat.ask("Can it help?")
        assert chat.screen.evidence.region
        await chat.pilot.resize_terminal(80, 24)
        await chat.until(lambda: not chat.screen.evidence.region)
        await chat.pilot.resize_terminal(120, 30)
        await chat.until(lambda: bool(chat.screen.evidence.region))


async def test_moving_between_replies() -> None:
    async with open_chat() as chat:
        for text in ("Will it cure him?", "Can it help?", "hello"):
            await chat.ask(text)
        await chat.press("escape", "k")
        assert chat.screen.session.selected is chat.turns[1]
        await chat.press("k", "k", "k")
        assert chat.screen.session.selected is chat.turns[0]
        await chat.press("j")
        assert chat.screen.session.selected is chat.turns[1]
        await chat.press("up")
        await chat.until(lambda: chat.screen.session.selected is chat.turns[0])
        for key in ("i", "enter", "escape"):
            chat.screen.conversation.focus()
            await chat.press(key)
            assert chat.screen.focused is chat.screen.input
        assert chat.screen.input.text == ""


async def test_a_click_chooses_a_reply() -> None:
    async with open_chat(size=WIDE) as chat:
        first = await chat.ask("Will it cure him?")
        await chat.ask("hello")
        await chat.click("Will it cure him?")
        await chat.until(lambda: chat.screen.session.selected is first)
        assert chat.exchange(first).has_class("-chosen")


async def test_a_long_reply_begins_with_its_question_and_is_read_on_with_the_arrow() -> None:
    async with open_chat(size=(80, 24)) as chat:
        await chat.ask("hello")
        turn = await chat.ask("a long one")
        top = chat.screen.conversation.content_region.y
        await chat.until(lambda: chat.exchange(turn).region.y == top)
        assert "a long one" in chat.shown()
        await chat.press("escape")
        before = chat.screen.conversation.scroll_y
        await chat.press("down")
        assert chat.screen.conversation.scroll_y > before
        assert chat.screen.session.selected is turn
        await chat.press("end")
        await chat.until(lambda: "A long passage" in chat.shown())
        await chat.press("home")
        assert chat.screen.conversation.scroll_y == 0
        await chat.press("pagedown", "pageup")
        assert chat.screen.conversation.scroll_y == 0


async def test_a_reader_is_not_pulled_away() -> None:
    async with open_chat() as chat:
        first = await chat.ask("a long one")
        chat.consultant.gate.clear()
        await chat.send("hello")
        await chat.until(lambda: len(chat.consultant.asked) == 2)
        chat.screen.conversation.focus()
        chat.screen.show_turn(first)
        await chat.pilot.pause()
        chat.consultant.gate.set()
        await chat.settled()
        assert chat.screen.session.selected is first
        assert chat.status() == chat.app.words("status.note_new")


async def test_a_reply_is_data_and_never_markup() -> None:
    async with open_chat(size=WIDE) as chat:
        turn = await chat.ask("hostile [b]question[/b] \x1b[2J \u202e")
        said = chat.part(turn, ".reply")
        assert "[b]bold[/b] [@click=app.quit]quit[/]" in said
        assert not set("\x1b\x07\u202e\u200b") & set(said + chat.part(turn, ".question"))
        assert "[red]title[/red]" in chat.shown()
        await chat.click("[@click=app.quit]")
        assert chat.app.is_running
        assert HOSTILE.sentences[0].text not in chat.app.clipboard


@pytest.mark.parametrize("key", ["f5", "c"])
async def test_copying_a_reply_with_its_sources(key: str) -> None:
    async with open_chat() as chat:
        await chat.ask("Will it cure him?")
        if key == "c":
            await chat.press("escape")
        await chat.press(key)
        copied = chat.app.clipboard
        assert copied.startswith("You: Will it cure him?\n\nPlainspoken: No, and I am sorry")
        assert "[1] Not a cure, not a reversal" in copied
        assert PASSAGES["modest-slowing"].body in copied
        assert APPROVAL in copied
        assert "- What does the evidence of today" in copied
        assert chat.status() == chat.app.words("status.copied")
        await chat.pilot.pause(0.3)
        assert chat.status() == chat.app.words("status.copied")


async def test_marking_by_mouse_and_copying() -> None:
    async with open_chat() as chat:
        turn = await chat.ask("Will it cure him?")
        await chat.press("ctrl+c")
        assert "Ctrl+Q" in chat.status()
        region = chat.exchange(turn).query_one(".reply").region
        await chat.pilot.mouse_down(offset=Offset(region.x, region.y))
        await chat.pilot.hover(offset=Offset(region.x + 20, region.y))
        await chat.pilot.mouse_up(offset=Offset(region.x + 20, region.y))
        await chat.press("ctrl+c")
        assert chat.app.clipboard.startswith("No, and I am sorry")
        assert chat.status() == chat.app.words("status.copied_selection")


async def test_every_command_has_words_and_is_in_the_help() -> None:
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        found = commands(chat.screen)
        assert {"send", "newline", "evidence", "copy", "new", "stop", "quit", "theme", "help", "palette"} <= {
            c.binding.id for c in found
        }
        await chat.press("f1")
        assert isinstance(chat.app.screen, HelpScreen)
        page = "\n".join(str(s.content) for s in chat.app.screen.query(Static))
        for command in found:
            assert command.label
            assert command.help in page
        await chat.press("escape")
        assert chat.app.screen is chat.screen
        await chat.press("escape", "question_mark")
        assert isinstance(chat.app.screen, HelpScreen)
        await chat.press("f1")
        assert chat.app.screen is chat.screen


async def test_help_follows_the_keymap() -> None:
    async with open_chat() as chat:
        chat.app.set_keymap({"copy": "f8"})
        await chat.ask("Can it help?")
        await chat.press("f8")
        assert chat.app.clipboard
        await chat.press("f1")
        page = "\n".join(str(s.content) for s in chat.app.screen.query(Static))
        assert "F8" in page
        assert "F5" not in page


async def test_the_list_of_commands_does_what_works_now() -> None:
    async with open_chat() as chat:
        await chat.ask("Can it help?")
        await chat.press("ctrl+p")
        await chat.until(lambda: CommandPalette.is_open(chat.app))
        palette = chat.app.screen
        await chat.until(lambda: palette.query_one(OptionList).option_count > 8)
        await chat.press(*"copy reply")
        await chat.until(lambda: "Copy the chosen reply" in chat.shown())
        await chat.press("down", "enter")
        await chat.until(lambda: bool(chat.app.clipboard))
        assert chat.app.clipboard.startswith("You: Can it help?")
        await chat.press("ctrl+p")
        await chat.press(*"xyzzy")
        await chat.until(lambda: chat.app.words("palette.none") in chat.shown())


async def test_dark_light_and_high_contrast() -> None:
    async with open_chat() as chat:
        seen = [chat.app.theme]
        for _ in range(3):
            await chat.press("f3")
            seen.append(chat.app.theme)
        assert seen == [f"plainspoken-{name}" for name in ("dark", "light", "contrast", "dark")]
    async with open_chat(theme="light") as chat:
        assert not chat.app.current_theme.dark


async def test_leaving_at_once_even_while_getting_ready() -> None:
    opening = FakeOpening(ready=False)
    async with open_chat(opening) as chat:
        await chat.press("ctrl+q")
        await chat.until(lambda: not chat.app.is_running)


async def test_the_footer_says_what_works_now() -> None:
    async with open_chat() as chat:
        assert "Enter Send" in chat.shown()
        assert "F2" not in chat.shown()
        await chat.ask("Can it help?")
        await chat.until(lambda: "F2 Sources" in chat.shown())
        await chat.press("escape")
        await chat.until(lambda: "Esc Type" in chat.shown() and "Enter Send" not in chat.shown())
        await chat.click("F1 Help")
        await chat.until(lambda: isinstance(chat.app.screen, HelpScreen))


def test_bindings_have_ids_and_words() -> None:
    words = Words(PROMPTS)
    for owner in (ChatApp, *OWNERS):
        for binding in owner.BINDINGS:
            assert isinstance(binding, Binding)
            if binding.key == "down" and owner is QuestionInput:
                continue  # an arrow that moves as arrows do
            assert binding.id
            assert all(words_for(binding, words))


def test_what_works_at_any_time_is_not_taken_by_the_line_one_types_in() -> None:
    taken = {key for b in TextArea.BINDINGS if isinstance(b, Binding) for key in b.key.split(",")}
    taken -= {"ctrl+c"}  # marked words are copied in both
    for binding in (*ChatApp.BINDINGS, *ChatScreen.BINDINGS):
        assert isinstance(binding, Binding)
        assert not taken & set(binding.key.split(",")), binding


async def test_keys_can_be_set() -> None:
    async with open_chat(keys={"sheet": "f9,ctrl+t", "copy": "y"}) as chat:
        await chat.ask("Can it help?")
        assert "Sheet: 4 (F9)" in chat.shown()
        await chat.press("f4")
        assert chat.app.screen is chat.screen
        await chat.press("ctrl+t")
        assert chat.sheet
        await chat.press("escape", "escape", "y")
        assert chat.app.clipboard


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"dance": "f9"}, "there is no command `dance`. Use one of: add, back"),
        ({"sheet": "f99"}, "`f99` for `sheet` is no key"),
        ({"sheet": "control+x"}, "`control+x` for `sheet` is no key"),
        ({"sheet": ""}, "is no key"),
    ],
)
def test_keys_that_do_not_exist_are_told_in_a_line(keys: dict[str, str], said: str) -> None:
    with pytest.raises(PlainspokenError, match=re.escape(said)):
        chat_app(FakeOpening(), keys=keys)


FAKE_TOOL = """#!/bin/sh
exec cat > "$COPIED"
"""


def test_the_clipboard_of_the_desktop_is_used_too(tmp_path: Path) -> None:
    tool = tmp_path / "xclip"
    tool.write_text(FAKE_TOOL)
    tool.chmod(0o755)
    copied = tmp_path / "copied"
    environment = {k: v for k, v in os.environ.items() if k != "WAYLAND_DISPLAY"}
    environment |= {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":0", "COPIED": str(copied)}
    code = "import sys; from assistant.tui import clipboard; clipboard._copy(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, "Wörter"], env=environment, check=True, timeout=60)
    assert copied.read_text(encoding="utf-8") == "Wörter"
    tool.unlink()
    without = environment | {"PATH": "/nowhere", "DISPLAY": ""}
    done = subprocess.run([sys.executable, "-c", code, "x"], env=without, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
