"""Nothing overlaps, nothing scrolls sideways, every text can be read; nothing leaves, nothing is written."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from textual import events
from textual.color import Color
from textual.command import CommandList, CommandPalette
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import TextArea

from assistant.reply import PlainspokenError
from assistant.tui.staff import StaffScreenWords
from assistant.tui.themes import THEMES
from assistant.tui.words import Words

from .conftest import PROMPTS, Chat, open_chat
from .fakes import FakeOpening

SIZES = [(60, 20), (80, 24), (110, 30), (140, 45)]
HEAVY = ("chromadb", "torch", "sentence_transformers", "langchain", "langchain_core", "onnxruntime", "numpy")


def visible(chat: Chat) -> Iterator[Widget]:
    for widget in chat.app.screen.walk_children(Widget):
        if widget.region and widget.is_on_screen:
            yield widget


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_overlaps_or_scrolls_sideways(size: tuple[int, int]) -> None:
    async with open_chat(size=size) as chat:
        for text in ("I want to end it", "a long one", "Will it cure him?"):
            await chat.ask(text)
        await chat.type("one\ntwo\nthree")
        for keys in ((), ("f2",)):
            if keys:
                await chat.press(*keys)
            width, height = size
            for widget in visible(chat):
                assert not widget.show_horizontal_scrollbar, widget
                assert widget.scroll_x == 0, widget
                assert widget.region.right <= width, widget
            rows = [chat.screen.query_one(f"#{name}") for name in ("title", "contacts", "body", "status")]
            tops = [w.region for w in rows]
            for above, below in pairwise(tops):
                assert above.bottom == below.y
            assert tops[-1].bottom == height - 1
            assert chat.screen.conversation.region.height >= 3 or keys
            for exchange in chat.screen.query(".exchange"):
                assert exchange.region.width <= 76


def luminance(color: Color) -> float:
    """WCAG's relative luminance."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, two: Color) -> float:
    """WCAG's contrast ratio."""
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def too_faint(chat: Chat, least: float, top: int, bottom: int) -> list[str]:
    """Texts on screen, in rows from ``top`` to ``bottom``, whose contrast is below ``least``."""
    found = []
    for strip in chat.app.screen._compositor.render_strips()[top:bottom]:
        for segment in strip:
            if not any(c.isalnum() for c in segment.text) or segment.style is None:
                continue
            fore, back = segment.style.color, segment.style.bgcolor
            assert isinstance(fore, RichColor)
            assert isinstance(back, RichColor)
            front, ground = Color.from_rich_color(fore), Color.from_rich_color(back)
            if segment.style.reverse:
                front, ground = ground, front
            if contrast(front, ground) < least:
                found.append(f"{segment.text!r}: {front.hex} on {ground.hex}")
    return found


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("size", SIZES)
async def test_the_sheet_and_its_prompt_fit(size: tuple[int, int], compact: bool) -> None:
    async with open_chat(size=size, compact=compact) as chat:
        for text in ("I want to end it", "a long one", "Will it cure him?"):
            await chat.ask(text)
        for keys in (("ctrl+f",), ("escape", "f4"), ("a",), ("escape", "s"), ("f1",)):
            await chat.press(*keys)
            for widget in visible(chat):
                assert not widget.show_horizontal_scrollbar, widget
                assert widget.scroll_x == 0, widget
                assert widget.region.right <= size[0], widget
            for line in chat.app.screen.query(".line"):
                assert not line.display or line.region.height == 0 or line.content_region.height >= 1


async def test_without_margins_more_fits() -> None:
    rows = []
    for compact in (False, True):
        async with open_chat(size=(60, 20), compact=compact) as chat:
            await chat.ask("Can it help?")
            rows.append(chat.screen.conversation.content_region.area)
    assert rows[1] > rows[0] * 1.2


async def test_nothing_moves_by_itself() -> None:
    opening = FakeOpening(ready=False)
    opening.reports = ((0.5, "screen.progress.examples"),)
    async with open_chat(opening) as chat:
        assert chat.app.animation_level == "none"
        await chat.until(lambda: "50%" in chat.shown())
        await chat.send("Can it help?")
        before = chat.shown()
        await asyncio.sleep(1.2)  # longer than a cursor blinks or a spinner turns
        assert chat.shown() == before
        chat.opening.gate.set()
        await chat.settled()
        await chat.press("f4", "a")
        assert not any(area.cursor_blink for s in chat.app.screen_stack for area in s.query(TextArea))


@pytest.mark.parametrize("theme", list(THEMES))
async def test_every_text_has_aa_contrast(theme: str) -> None:
    least = 7.0 if theme == "contrast" else 4.5
    async with open_chat(size=(140, 45), theme=theme) as chat:

        def unreadable(chat: Chat, top: int = 0, bottom: int = 999) -> list[str]:
            return too_faint(chat, least, top, bottom)

        assert not unreadable(chat)
        await chat.press("escape")
        assert not unreadable(chat)
        chat.consultant.fail = PlainspokenError("the disk is full.")
        await chat.ask("fails")
        chat.consultant.fail = None
        await chat.ask("I want to end it")
        await chat.ask("Will it cure him?")
        await chat.press("f5")
        assert not unreadable(chat)
        await chat.press("f1")
        assert not unreadable(chat)
        await chat.press("escape", "ctrl+f", *"cure")
        await chat.until(lambda: bool(chat.screen.finder.found))
        assert not unreadable(chat)
        await chat.press("escape", "f4")
        assert not unreadable(chat)
        await chat.press("e")
        assert not unreadable(chat)
        await chat.press("escape", "down", "down", "s", "ctrl+u", "enter")
        assert chat.app.words("save.empty") in chat.shown()
        assert not unreadable(chat)
        await chat.press("escape", "escape", "ctrl+p")
        await chat.until(lambda: CommandPalette.is_open(chat.app))
        found = chat.app.screen.query_one(CommandList)
        await chat.until(lambda: found.option_count > 8 and bool(found.region))
        assert not unreadable(chat, found.region.y, found.region.bottom)


def test_importing_the_chat_imports_nothing_heavy() -> None:
    code = f"import assistant.tui.app, sys, json; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROMPTS.parent
    )
    assert json.loads(done.stdout) == []


STAFF_SCREENS = {"review": "review", "rehearse": "rehearse"}


def test_every_name_used_is_in_the_wording() -> None:
    import re

    known = {name: StaffScreenWords(PROMPTS, file) for name, file in STAFF_SCREENS.items()}
    for file in (PROMPTS.parent / "assistant" / "tui").rglob("*.py"):
        words = known.get(file.parent.name) or Words(PROMPTS)
        for name in re.findall(r"""words\(\s*["']([a-z_.]+)["']""", file.read_text()):
            assert words.lines(name), f"{file}: {name}"


def test_wording_that_lacks_a_line_is_told_before_the_screen_opens(tmp_path: Path) -> None:
    for file in PROMPTS.glob("*.toml"):
        text = file.read_text()
        (tmp_path / file.name).write_text(text.replace('placeholder = "Type', '# = "Type'))
    with pytest.raises(PlainspokenError, match=r"screen\.toml: the wording `input\.placeholder` is missing"):
        Words(tmp_path)


async def test_contacts_of_the_clinic_are_shown(tmp_path: Path) -> None:
    for file in PROMPTS.glob("*.toml"):
        text = file.read_text()
        (tmp_path / file.name).write_text(text.replace('emergency = ""', 'emergency = "[999]"'))
    async with open_chat(prompts=tmp_path) as chat:
        await chat.ask("he cannot breathe")
        assert "the emergency number is [999]." in " ".join(chat.shown().replace("█", "").split())
        assert "If you are in despair, call" in " ".join(chat.shown().replace("█", "").split())


_watched: list[str] | None = None


def _audit(event: str, args: tuple[object, ...]) -> None:
    if _watched is None:
        return
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo"):
        _watched.append(f"{event} {args}")
    if event == "open" and isinstance(args[2], int) and args[2] & 0b11 and args[0] != "/dev/null":
        _watched.append(f"open {args}")


async def test_nothing_is_written_and_no_socket_is_opened() -> None:
    global _watched
    sys.addaudithook(_audit)
    _watched = seen = []
    try:
        async with open_chat(size=(110, 30)) as chat:
            await chat.ask("Will it cure him?")
            await chat.press("f5", "f2", "f1", "escape", "f3", "f8", "ctrl+f", "escape")
            await chat.press(
                "f4", "a", "b", "enter", "d", "u", "e", "c", "enter", "x", "z", "c", "s", "escape"
            )
            assert len(chat.sheet.session.sheet) > 3
            await chat.press("escape", "ctrl+n")
        with socket.socket() as refused, pytest.raises(OSError):  # noqa: PT011 - any refusal; the hook works
            refused.connect(("127.0.0.1", 1))
    finally:
        _watched = None
    assert len(seen) == 1, seen


async def test_a_size_that_is_no_longer_true_is_left_aside() -> None:
    async with open_chat(size=(80, 24)) as chat:
        for size in (Size(100, 40), Size(80, 24), Size(60, 20)):
            chat.screen.post_message(events.Resize(size, size))
        for _ in range(5):
            await chat.pilot.pause()
        assert chat.screen.size == chat.app.size == Size(80, 24)
