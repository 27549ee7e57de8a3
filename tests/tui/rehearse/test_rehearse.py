"""The rehearsal's screen as staff use it, by keyboard alone."""

from __future__ import annotations

import json
from pathlib import Path

from textual.binding import Binding
from textual.widgets import OptionList

from assistant.desk.practice import Choice
from assistant.desk.room import Plan
from assistant.reply import Kind
from assistant.tui.commands import words_for
from assistant.tui.help import HelpScreen
from assistant.tui.rehearse.screen import Phase, RehearseScreen
from assistant.tui.save import FilePrompt
from assistant.tui.staff import StaffScreenWords
from tests.conftest import ROOT

from .conftest import open_rehearsal


async def test_a_session_from_the_question_to_the_summary(corpus: Path, tmp_path: Path) -> None:
    async with open_rehearsal(corpus) as here:
        assert "Will the lamp end it for good?" in here.reads()
        assert "stands here" in here.reads("#vetted")
        await here.answer("We see it every week. The lamp is a cure.")
        assert "The lamp is a cure. [Not so]" in here.reads()
        assert "Not so: “The lamp is a cure.” This promises a cure." in here.reads()
        assert "Missing: I did not find this" in here.reads()
        assert "Lamp baths do not end greyfade.\N{NO-BREAK SPACE}[1]" in here.reads("#vetted")
        await here.press("p")
        assert "The passages behind it" in here.reads("#vetted")
        await here.press("v")
        assert "The vetted answer" in here.reads("#vetted")
        await here.press("n")
        assert "haven't you?" in here.reads()
        assert here.screen.focused is here.screen.input
        await here.answer("It does not end it, but it may help a little.")
        await here.press("enter")
        assert here.screen.phase is Phase.ENDED
        assert "You said for example: “The lamp is a cure.”" in here.reads()
        assert "Nothing is kept." in here.reads()
        assert not list(here.data.iterdir())
        await here.press("k")
        await here.pilot.app.workers.wait_for_complete()
        assert len(json.loads((here.data / "rehearsal.json").read_text())["sessions"]) == 1
        await here.press("s")
        assert isinstance(here.app.screen, FilePrompt)
        here.app.screen.line.put(str(tmp_path / "mine.csv"))
        await here.press("enter")
        await here.pilot.app.workers.wait_for_complete()
        assert "The lamp is a cure." in (tmp_path / "mine.csv").read_text()
        await here.press("a")
        assert here.screen.phase is Phase.CHOOSING
        names = [str(o.prompt) for o in here.screen.query_one(OptionList).options]
        assert "What went worst last time" in names
        assert "Kind: hope for more than there is" in names
        assert "Topic: LUM" in names


async def test_on_a_narrow_screen_the_vetted_answer_is_a_key_away(corpus: Path) -> None:
    async with open_rehearsal(corpus, size=(70, 24)) as here:
        await here.answer("It does not end it.")
        assert not here.screen.vetted.display
        await here.press("v")
        assert here.screen.vetted.display
        await here.press("escape")
        assert here.screen.focused is here.screen.talk
        await here.press("f9")
        assert here.screen.phase is Phase.ENDED


async def test_the_first_letters_of_an_answer_are_typed_and_run_nothing(corpus: Path) -> None:
    async with open_rehearsal(corpus) as here:
        await here.press("n", "o", "v", "a", "k", "s", "p")
        assert here.screen.input.text == "novaksp"
        assert here.screen.phase is Phase.ANSWERING


async def test_text_is_data_never_markup(corpus: Path) -> None:
    async with open_rehearsal(corpus) as here:
        await here.answer("[b]bold[/b] [@click=app.quit]quit[/] \x1b[31m cure [/unbalanced")
        assert "[b]bold[/b] [@click=app.quit]quit[/]" in here.reads()
        assert "\x1b" not in here.reads()


async def test_what_cannot_be_had_is_said_and_another_can_be_chosen(corpus: Path) -> None:
    async with open_rehearsal(corpus, Plan()) as here:
        await here.screen._begin(Choice(kind=Kind.URGENT))
        assert "no question of that sort" in here.status()
        await here.press("enter")
        await here.at(Phase.ANSWERING)


async def test_help_has_every_key_and_opening_fails_in_words(corpus: Path) -> None:
    async with open_rehearsal(corpus, problem="the model is not installed. Install it.") as here:
        await here.pilot.app.workers.wait_for_complete()
        assert "I could not get ready: the model is not installed." in here.status()
        await here.press("f1")
        assert isinstance(here.app.screen, HelpScreen)
    words = StaffScreenWords(ROOT / "prompts", "rehearse")
    for binding in RehearseScreen.BINDINGS:
        assert isinstance(binding, Binding)
        assert binding.id
        assert all(words_for(binding, words))
