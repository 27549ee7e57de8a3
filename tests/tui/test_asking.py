"""Typing, sending, waiting, failing, stopping: nothing a family typed is ever lost."""

from __future__ import annotations

from textual import events

from assistant.reply import PlainspokenError
from assistant.tui.session import HISTORY, State
from assistant.tui.widgets.contacts import Contacts
from assistant.tui.widgets.welcome import Starters

from .conftest import open_chat
from .fakes import ANSWER, PASSAGES, FakeOpening


async def test_the_first_screen_says_who_speaks_and_the_input_is_ready() -> None:
    async with open_chat(size=(60, 20)) as chat:
        shown = chat.shown()
        words = chat.app.words
        assert "names no" in shown
        assert words("welcome.limits") in shown
        assert words("welcome.private") in shown
        for question in words.lines("welcome.starters"):
            assert question in shown
        assert chat.screen.focused is chat.screen.input


async def test_enter_sends_and_ctrl_j_makes_a_line() -> None:
    async with open_chat() as chat:
        await chat.press("a", "ctrl+j", "b")
        assert chat.screen.input.text == "a\nb"
        await chat.press("enter")
        await chat.settled()
        assert [q.text for q in chat.consultant.asked] == ["a\nb"]
        assert chat.screen.input.text == ""
        assert "modest slowing" in chat.part(chat.turns[0], ".reply")


async def test_keys_in_a_rush_keep_their_order() -> None:
    async with open_chat() as chat:
        for key, character in (("a", "a"), ("ctrl+j", "\n"), ("b", "b"), ("enter", "\r"), ("c", "c")):
            event = events.Key(key, character)
            event.set_sender(chat.app)
            chat.app._driver.send_message(event)  # type: ignore[union-attr]
        await chat.until(lambda: chat.screen.input.text == "c")
        assert [t.text for t in chat.turns] == ["a\nb"]


async def test_the_input_grows_to_six_lines() -> None:
    async with open_chat() as chat:
        heights = []
        for _ in range(9):
            heights.append(chat.screen.input.content_size.height)
            await chat.press("ctrl+j")
        assert heights[:6] == [1, 2, 3, 4, 5, 6]
        assert heights[-1] == 6


async def test_a_long_paste_is_sent_whole() -> None:
    async with open_chat() as chat:
        text = "Will it help? " * 1500
        turn = await chat.ask(text)
        assert chat.consultant.asked[0].text == text.strip()
        assert turn.state is State.ANSWERED
        assert "20,999" in chat.part(turn, ".question")
        assert chat.exchange(turn).region.y >= 0


async def test_an_empty_question_gets_a_gentle_hint() -> None:
    async with open_chat() as chat:
        await chat.press("space", "enter")
        assert chat.status() == chat.app.words("status.empty")
        assert not chat.turns
        await chat.press("a")
        assert chat.status() == ""


async def test_up_recalls_the_last_question() -> None:
    async with open_chat() as chat:
        await chat.ask("hello there")
        await chat.press("up")
        assert chat.screen.input.text == "hello there"


async def test_suggestions_by_number_arrow_and_mouse() -> None:
    for way in ("number", "arrow", "mouse", "list"):
        async with open_chat() as chat:
            starters = chat.app.words.lines("welcome.starters")
            if way == "number":
                await chat.press("2")
            elif way == "arrow":
                await chat.press("down", "down", "enter")
            elif way == "list":
                await chat.press("escape", "2")
            else:
                await chat.click(starters[1])
            await chat.until(lambda chat=chat: bool(chat.turns))
            await chat.settled()
            assert [t.text for t in chat.turns] == [starters[1]], way
            assert chat.screen.focused is chat.screen.input
            assert not chat.screen.conversation.welcoming


async def test_a_digit_is_a_digit_once_there_is_text() -> None:
    async with open_chat() as chat:
        await chat.press("a", "2")
        assert chat.screen.input.text == "a2"
        await chat.ask("")
        await chat.press("3")
        assert chat.screen.input.text == "3"


async def test_arrow_up_leads_to_the_suggestions_and_back() -> None:
    async with open_chat() as chat:
        await chat.press("up")
        assert isinstance(chat.screen.focused, Starters)
        await chat.press("down")
        assert chat.screen.focused is chat.screen.input


async def test_questions_typed_while_warming_are_answered_in_order() -> None:
    async with open_chat(FakeOpening(ready=False)) as chat:
        assert chat.status() == chat.app.words("status.warming")
        for text in ("one", "two", "three"):
            await chat.send(text)
        assert [t.state for t in chat.turns] == [State.WAITING] * 3
        assert chat.part(chat.turns[0], ".note") == chat.app.words("turn.waiting")
        chat.opening.gate.set()
        await chat.settled()
        assert [q.text for q in chat.consultant.asked] == ["one", "two", "three"]
        assert chat.consultant.asked[2].history == ("one", "two")
        assert chat.status() == ""


async def test_opening_happens_in_a_thread_and_shows_its_progress() -> None:
    opening = FakeOpening(ready=False)
    opening.reports = ((0.5, "screen.progress.examples"), (0.6, "screen.progress.of_the_future"))
    async with open_chat(opening) as chat:
        await chat.until(lambda: "60%" in chat.shown())
        assert opening.thread == "plainspoken-work"
        assert chat.app.words("status.warming") in chat.shown()


async def test_history_is_the_last_six_and_leaves_out_what_was_taken_back() -> None:
    async with open_chat() as chat:
        chat.consultant.gate.clear()
        await chat.send("taken back")
        await chat.press("escape")
        chat.consultant.gate.set()
        for n in range(8):
            await chat.ask(f"question {n}")
        assert chat.consultant.asked[-1].history == tuple(f"question {n}" for n in range(1, 7))
        assert len(chat.consultant.asked[-1].history) == HISTORY


async def test_a_failure_keeps_the_question_and_can_be_tried_again() -> None:
    async with open_chat() as chat:
        chat.consultant.fail = PlainspokenError("the disk is full. Free some space.")
        turn = await chat.ask("Can it help?")
        assert turn.state is State.FAILED
        assert "the disk is full" in chat.part(turn, ".note")
        assert "Ctrl+R" in chat.part(turn, ".note")
        await chat.press("x")
        assert chat.screen.input.text == "x"
        chat.consultant.fail = None
        await chat.press("ctrl+r")
        await chat.settled()
        assert turn.state is State.ANSWERED
        assert "modest slowing" in chat.part(turn, ".reply")


async def test_an_unexpected_error_is_told_in_words() -> None:
    async with open_chat() as chat:
        chat.consultant.fail = KeyError("secret detail")
        turn = await chat.ask("Can it help?")
        assert chat.app.words("problem.unexpected") in chat.part(turn, ".note")
        assert "secret" not in chat.shown()


async def test_escape_stops_a_question_and_drops_its_result() -> None:
    async with open_chat() as chat:
        chat.consultant.gate.clear()
        await chat.send("Can it help?")
        await chat.until(lambda: bool(chat.consultant.asked))
        assert "Esc" in chat.status()
        await chat.press("escape")
        turn = chat.turns[0]
        assert turn.state is State.STOPPED
        assert chat.screen.focused is chat.screen.input
        chat.consultant.gate.set()
        await chat.ask("hello")
        assert turn.reply is None
        assert "Ctrl+R" in chat.part(turn, ".note")
        await chat.press("ctrl+r")
        await chat.settled()
        assert turn.state is State.ANSWERED


async def test_a_question_stopped_lets_the_next_one_through() -> None:
    async with open_chat() as chat:
        chat.consultant.gate.clear()
        await chat.send("one")
        await chat.send("two")
        await chat.until(lambda: bool(chat.consultant.asked))
        assert chat.part(chat.turns[1], ".note") == chat.app.words("turn.queued")
        await chat.press("escape")
        await chat.until(lambda: len(chat.consultant.asked) == 2)
        chat.consultant.gate.set()
        await chat.settled()
        assert [t.state for t in chat.turns] == [State.STOPPED, State.ANSWERED]


async def test_when_opening_fails_the_input_works_and_a_key_tries_again() -> None:
    opening = FakeOpening(problem="the folder is read-only. Choose another.")
    async with open_chat(opening) as chat:
        assert "the folder is read-only" in chat.status()
        assert "Ctrl+R" in chat.status()
        await chat.send("Can it help?")
        await chat.until(lambda: opening.calls == 2 and bool(chat.screen.not_ready))
        assert chat.turns[0].state is State.WAITING
        opening.problem = ""
        await chat.press("ctrl+r")
        await chat.settled()
        assert chat.turns[0].state is State.ANSWERED
        assert chat.status() == ""


async def test_contacts_stay_after_a_reply_about_danger() -> None:
    async with open_chat() as chat:
        assert not chat.screen.query_one(Contacts).display
        await chat.ask("I want to end it")
        await chat.ask("hello")
        assert "local emergency number" in chat.shown()
        await chat.press("ctrl+n")
        await chat.until(lambda: not chat.turns and chat.screen.conversation.welcoming)
        assert chat.screen.query_one(Contacts).display


async def test_a_new_conversation_clears_everything() -> None:
    async with open_chat() as chat:
        await chat.ask("Will it cure him?")
        await chat.press("ctrl+n")
        await chat.until(lambda: chat.screen.conversation.welcoming)
        assert not chat.turns
        assert "Will it cure him?" not in chat.shown()
        assert chat.screen.focused is chat.screen.input
        turn = await chat.ask("Can it help?")
        assert chat.consultant.asked[-1].history == ()
        assert turn.number == 1


async def test_sentences_appear_as_they_pass_and_escape_stops_the_work_behind_them() -> None:
    opening = FakeOpening()
    opening.consultant.gate.clear()
    opening.consultant.ready = ANSWER.sentences[:2]
    async with open_chat(opening) as chat:
        await chat.send("How much slower?")
        await chat.until(lambda: bool(chat.turns[0].sofar))
        assert PASSAGES["modest-slowing"].sentences[0] in chat.part(chat.turns[0], ".reply")
        assert chat.exchange(chat.turns[0]).query_one(".reply").display
        assert PASSAGES["modest-slowing"].sentences[1] not in chat.shown()
        await chat.press("escape")
        assert opening.consultant.stops[0].is_set()
        assert not chat.exchange(chat.turns[0]).query_one(".reply").display
        opening.consultant.gate.set()
        await chat.press("ctrl+r")
        await chat.settled()
        assert not opening.consultant.stops[1].is_set()
        assert chat.turns[0].reply == ANSWER


async def test_which_model_gets_what_is_on_screen_before_the_first_question() -> None:
    async with open_chat(model="qwen3:4b", model_url="http://10.1.2.3:8000/v1") as chat:
        said = " ".join(chat.shown().split())
        assert "qwen3:4b" in said
        assert "10.1.2.3" in said
        assert "--no-model" in said
    async with open_chat(model="qwen3:4b", model_url="http://10.1.2.3:8000/v1", composer="quote") as chat:
        assert "qwen3" not in chat.shown()
