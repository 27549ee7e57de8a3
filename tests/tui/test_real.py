"""The chat with the real consultant and a small corpus; the rest of this folder uses a fake one."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from textual.widgets import Static

from assistant.consultant import Consultant
from assistant.settings import Settings
from assistant.tui.app import ChatApp
from assistant.tui.chat import ChatScreen
from assistant.tui.widgets.status import StatusLine
from tests.small import PASSAGES, write_corpus

from .conftest import PROMPTS, Chat, open_chat
from .fakes import FakeOpening


async def test_a_question_typed_while_the_index_is_made_gets_a_real_reply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    say = StatusLine.say

    def noted(line: StatusLine, text: str, *, progress: float | None = None, problem: bool = False) -> None:
        seen.add(text)
        say(line, text, progress=progress, problem=problem)

    monkeypatch.setattr(StatusLine, "say", noted)  # not looked for on screen: all may be over before a look
    corpus = write_corpus(tmp_path / "corpus")
    app = ChatApp(Settings(corpus=corpus, prompts=PROMPTS, data=tmp_path / "data"))
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        screen.input.insert("Do lamp baths help?")
        await pilot.press("enter")
        async with asyncio.timeout(120):
            while not (screen.session.turns and screen.session.turns[0].reply):
                assert not screen.not_ready
                await asyncio.sleep(0.05)
        await pilot.pause()
        await pilot.pause()
        steps = (
            "reading",
            "model",
            "examples",
            "learning",
            "storing",
        )  # how long each takes is the machine's
        assert seen & {app.words(f"progress.{step}") for step in steps}
        turn = screen.session.turns[0]
        reply = turn.reply
        assert reply
        assert reply.citations
        shown = str(screen.conversation.exchange(turn).query_one(".reply", Static).content)
        evidence = "\n".join(str(s.content) for s in screen.evidence.query(Static))
        for sentence in reply.sentences:
            assert sentence.text in shown
        for citation in reply.citations:
            assert PASSAGES[citation.passage][2] in evidence
            assert citation.approval in evidence


class RealOpening(FakeOpening):
    """Opens the real consultant on the real corpus."""

    def __init__(self, consultant: Consultant) -> None:
        super().__init__()
        self.real = consultant

    def __call__(self, settings: object, progress: object) -> Consultant:  # type: ignore[override]
        return self.real


def everything(folder: Path) -> dict[Path, float]:
    return {f: f.stat().st_mtime for f in folder.rglob("*")}


async def test_a_whole_chat_with_its_sheet_writes_nothing_and_reaches_nobody(
    consultant: Consultant, no_network: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = Path(os.environ["HOME"])
    before = everything(home)
    async with open_chat(RealOpening(consultant), size=(110, 30)) as chat:
        for text in ("What does it cost?", "Will Mum get her voice back?", "How is it given?", "hello"):
            await chat.ask(text)
        assert questions(chat)[0] == "What does it cost?"
        learned = chat.screen.session.sheet.learned
        assert "not-a-cure" in learned
        await chat.open_sheet()
        await chat.press("a", *"Who drives us?", "enter", "u", "c", "s", "escape")
        assert "Who drives us?" in chat.shown()
        await chat.press("escape")
        turn = await chat.ask("he is choking and going blue")
        assert turn.reply
        assert turn.reply.kind.is_danger
        assert chat.screen.session.sheet.learned == learned
        assert "choking" not in " ".join(questions(chat))
    assert no_network == []
    assert everything(home) == before
    assert not list(tmp_path.iterdir())


def questions(chat: Chat) -> tuple[str, ...]:
    return chat.screen.session.sheet.questions
