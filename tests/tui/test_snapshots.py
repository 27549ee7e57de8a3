"""How each state looks. After a change on purpose: pytest tests/tui --snapshot-update, then look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from assistant.reply import PlainspokenError
from assistant.tui.chat import ChatScreen
from assistant.tui.save import FilePrompt

from .conftest import Chat, chat_app
from .fakes import FakeOpening

Steps = Callable[[Chat], Awaitable[object]]
SIZES = {"60x20": (60, 20), "80x24": (80, 24), "140x45": (140, 45)}


async def empty(chat: Chat) -> None:
    await chat.pilot.pause()


async def answer(chat: Chat) -> None:
    await chat.ask("Can it slow down her ALS?")


async def correction(chat: Chat) -> None:
    await chat.ask("hello")
    await chat.ask("Will it cure him?")


async def crisis(chat: Chat) -> None:
    await chat.ask("I want to end it")


async def error(chat: Chat) -> None:
    chat.consultant.fail = PlainspokenError("the index is gone. Run `plainspoken index`.")
    await chat.ask("Can it help?")


async def long_passage(chat: Chat) -> None:
    await chat.ask("a long one")
    await chat.press("escape", "1")


async def several_lines(chat: Chat) -> None:
    await chat.type("My mother has ALS.\nShe is 61.\nIs this for her?")


async def help_page(chat: Chat) -> None:
    await chat.press("f1")


async def sheet(chat: Chat) -> None:
    await chat.ask("Can it slow down her ALS?")
    await chat.ask("Will it cure him?")
    await chat.press("f8", "f4")


async def sheet_empty(chat: Chat) -> None:
    await chat.press("f4")


async def sheet_editing(chat: Chat) -> None:
    await sheet(chat)
    await chat.press("down", "e")


async def sheet_removed(chat: Chat) -> None:
    await sheet(chat)
    await chat.press("x")


async def sheet_saving(chat: Chat) -> None:
    await sheet(chat)
    await chat.press("s")
    await name_file(chat, "/folder/mum.html")


async def sheet_taken(chat: Chat) -> None:
    await sheet(chat)
    await chat.press("s")
    await name_file(chat, "/dev/null")
    await chat.press("enter")
    await chat.until(lambda: "There is a file" in chat.shown())


async def name_file(chat: Chat, name: str) -> None:
    screen = chat.app.screen
    assert isinstance(screen, FilePrompt)
    screen.line.put(name)


async def sheet_help(chat: Chat) -> None:
    await chat.press("f4", "f1")


async def finding(chat: Chat) -> None:
    await chat.ask("Can it slow down her ALS?")
    await chat.ask("Will it cure him?")
    await chat.press("ctrl+f", *"modest", "enter")


STATES: dict[str, Steps] = {
    "empty": empty,
    "answer": answer,
    "correction": correction,
    "crisis": crisis,
    "error": error,
    "long_passage": long_passage,
    "several_lines": several_lines,
    "help_page": help_page,
    "sheet": sheet,
    "sheet_empty": sheet_empty,
    "sheet_editing": sheet_editing,
    "sheet_removed": sheet_removed,
    "sheet_saving": sheet_saving,
    "sheet_taken": sheet_taken,
    "sheet_help": sheet_help,
    "finding": finding,
}
SHOTS = [(name, size) for name in ("empty", "answer", "crisis", "sheet", "finding") for size in SIZES]
SHOTS += [(name, "80x24") for name in ("error", "several_lines", "help_page", "sheet_empty", "sheet_removed")]
SHOTS += [(name, size) for name in ("sheet_editing", "sheet_saving") for size in ("60x20", "80x24")]
SHOTS += [("sheet_taken", "80x24"), ("sheet_help", "80x24")]
SHOTS += [("correction", "140x45"), ("long_passage", "140x45"), ("long_passage", "60x20")]


def shoot(
    snap_compare: Any, opening: FakeOpening, steps: Steps, size: str, theme: str = "dark", **settings: Any
) -> bool:
    app = chat_app(opening, theme, **settings)

    async def before(pilot: Pilot[object]) -> None:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        chat = Chat(app, pilot, opening, screen)
        if opening.gate.is_set():
            await chat.until(lambda: bool(screen.consultant or screen.not_ready))
        await steps(chat)
        for _ in range(3):
            await pilot.pause()

    same: bool = snap_compare(app, terminal_size=SIZES[size], run_before=before)
    opening.gate.set()
    return same


@pytest.mark.parametrize(("state", "size"), SHOTS)
def test_looks(snap_compare: Any, state: str, size: str) -> None:
    assert shoot(snap_compare, FakeOpening(), STATES[state], size)


@pytest.mark.parametrize("state", ["empty", "correction", "sheet"])
def test_looks_light(snap_compare: Any, state: str) -> None:
    assert shoot(snap_compare, FakeOpening(), STATES[state], "140x45", "light")


@pytest.mark.parametrize("state", ["correction", "sheet"])
def test_looks_in_high_contrast(snap_compare: Any, state: str) -> None:
    assert shoot(snap_compare, FakeOpening(), STATES[state], "140x45", "contrast")


@pytest.mark.parametrize("state", ["empty", "correction", "sheet_editing"])
def test_looks_without_margins(snap_compare: Any, state: str) -> None:
    assert shoot(snap_compare, FakeOpening(), STATES[state], "60x20", compact=True)


def test_looks_while_warming(snap_compare: Any) -> None:
    opening = FakeOpening(ready=False)
    opening.reports = ((0.37, "screen.progress.examples"),)

    async def steps(chat: Chat) -> None:
        await chat.until(lambda: "37%" in chat.shown())
        await chat.send("Can it help?")

    assert shoot(snap_compare, opening, steps, "80x24")


def test_looks_when_not_ready(snap_compare: Any) -> None:
    opening = FakeOpening(problem="/data/plainspoken cannot be written. Free some space on the disk.")
    assert shoot(snap_compare, opening, empty, "80x24")
