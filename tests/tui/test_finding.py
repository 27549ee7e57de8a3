"""Finding words in the conversation, and going between question and answer."""

from __future__ import annotations

from textual.widgets import Static

from assistant.tui.widgets.find import FindLine
from assistant.tui.widgets.question_input import QuestionInput

from .conftest import Chat, open_chat


def count(chat: Chat) -> str:
    return str(chat.screen.query_one("#find-count", Static).content)


def marked(chat: Chat) -> list[str]:
    """The words that stand out on screen."""
    strips = chat.app.screen._compositor.render_strips()
    return [
        s.text
        for strip in strips
        for s in strip
        if s.style and s.style.reverse and any(c.isalnum() for c in s.text)
    ]


async def three(chat: Chat) -> None:
    for text in ("Will it cure him?", "a long one", "Can it help?"):
        await chat.ask(text)


async def look_for(chat: Chat, text: str) -> None:
    chat.screen.query_one(FindLine).put(text)
    await chat.pilot.pause()


async def test_words_are_found_marked_and_gone_through() -> None:
    async with open_chat() as chat:
        await three(chat)
        await chat.press("ctrl+f")
        assert isinstance(chat.app.focused, FindLine)
        await chat.press(*"Modest SLOWING")
        await chat.until(lambda: count(chat) == "2 of 2")
        await chat.press("enter")
        assert chat.screen.session.selected is chat.turns[0]
        assert count(chat) == "1 of 2"
        await chat.until(lambda: "modest slowing" in marked(chat))
        await chat.press("down")
        assert chat.screen.session.selected is chat.turns[2]
        await chat.press("up")
        assert chat.screen.session.selected is chat.turns[0]
        await chat.press("escape")
        assert marked(chat) == []
        assert chat.app.focused is chat.screen.conversation
        assert chat.screen.session.selected is chat.turns[0]


async def test_beginning_again_ends_the_search() -> None:
    async with open_chat() as chat:
        await three(chat)
        await chat.press("ctrl+f")
        await look_for(chat, "modest slowing")
        await chat.press("ctrl+n")
        await chat.until(lambda: not chat.screen.session.turns)
        await chat.until(lambda: not chat.screen.has_class("-finding"))
        assert isinstance(chat.app.focused, QuestionInput)
        await chat.ask("Can it help?")
        assert "modest slowing" in chat.shown()


async def test_a_place_deep_in_a_long_reply_comes_into_view() -> None:
    async with open_chat() as chat:
        await three(chat)
        await chat.press("escape", "slash")
        await look_for(chat, "number 19")
        await chat.press("enter")
        await chat.until(lambda: "number 19" in marked(chat))


async def test_nothing_found_is_said_and_typing_goes_back() -> None:
    async with open_chat() as chat:
        await chat.type("not yet sent")
        assert chat.screen.check_action("find", ()) is False
        await chat.press("ctrl+u")
        await chat.ask("hello")
        await chat.type("not yet sent")
        await chat.press("ctrl+f")
        await look_for(chat, "[b](xyz")
        await chat.until(lambda: count(chat) == "Not found")
        await chat.press("enter", "escape", "i")
        assert chat.app.focused is chat.screen.input
        assert chat.screen.input.text == "not yet sent"


async def test_a_reply_that_comes_while_looking_is_found_too() -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        chat.consultant.gate.clear()
        await chat.send("Can it help?")
        await chat.press("escape")  # the question in progress
        await chat.send("Will it cure him?")
        await chat.press("ctrl+f")
        await look_for(chat, "modest")
        assert count(chat) == "Not found"
        chat.consultant.gate.set()
        await chat.until(lambda: count(chat).endswith("of 1"))


async def test_finding_by_mouse() -> None:
    async with open_chat() as chat:
        await three(chat)
        await chat.press("ctrl+f")
        await look_for(chat, "cure")
        await chat.click("Next place")
        assert chat.screen.session.selected in chat.screen.finder.found
        await chat.click("End search")
        assert chat.app.focused is chat.screen.conversation


async def test_between_question_and_answer() -> None:
    async with open_chat(size=(60, 20)) as chat:
        turn = await chat.ask("line\n" * 30 + "a long one")
        await chat.press("escape")
        top = chat.screen.conversation.content_region.y
        await chat.press("right")
        await chat.until(lambda: chat.exchange(turn).query_one(".assistant").region.y - top in (0, 1))
        await chat.press("left")
        await chat.until(lambda: chat.exchange(turn).query_one(".you").region.y == top)
