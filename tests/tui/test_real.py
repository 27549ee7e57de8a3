"""The chat with the real consultant and a small corpus; the rest of this folder uses a fake one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.widgets import Static

from assistant.settings import Settings
from assistant.tui.app import ChatApp
from assistant.tui.chat import ChatScreen
from tests.small import PASSAGES, write_corpus

from .conftest import PROMPTS


async def test_a_question_typed_while_the_index_is_made_gets_a_real_reply(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    app = ChatApp(Settings(corpus=corpus, prompts=PROMPTS, data=tmp_path / "data"))
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        screen.input.insert("Do lamp baths help?")
        await pilot.press("enter")
        seen = set()
        async with asyncio.timeout(120):
            while not (screen.session.turns and screen.session.turns[0].reply):
                assert not screen.not_ready
                seen.add(str(screen.query_one("#status-words", Static).content))
                await asyncio.sleep(0.05)
        await pilot.pause()
        await pilot.pause()
        assert app.words("progress.reading") in seen or app.words("progress.model") in seen
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
