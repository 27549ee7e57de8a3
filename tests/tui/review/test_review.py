"""The reviewers' screen as a reviewer uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.widgets import OptionList

from assistant.desk.approvals import add, reviewer
from assistant.evidence.approvals import Approval
from assistant.evidence.corpus import load_corpus
from assistant.tui.commands import words_for
from assistant.tui.help import HelpScreen
from assistant.tui.review.app import edit
from assistant.tui.review.choice import Choice
from assistant.tui.review.queue import Queue, ReviewScreen
from assistant.tui.staff import StaffScreenWords
from tests.by_heart import TODAY
from tests.conftest import ROOT
from tests.small import approve

from .conftest import open_review, own_prompts


async def test_the_queue_shows_the_bank_and_the_text_beside_it(corpus: Path) -> None:
    async with open_review(corpus) as review:
        assert len(review.listed()) == 5
        text = review.reads()
        for part in (
            "Do lamp baths do any good?",
            "New: nobody has approved or flagged this text.",
            "Expected: answer",
            "Lamp baths may make colours a little stronger for some people.\N{NO-BREAK SPACE}[1]",
            "Always said with it: Lamp baths do not end greyfade.",
            "Approved: tests, 2026-01-01",
            "Decided by: heads and neighbours",
            "Passages by score: lamp-may-help 0.71",
            "examples/invented.yaml:7",
        ):
            assert part in text
        await review.press("n", "n", "n")
        assert "Asked before: How long is a lamp bath?" in review.reads()
        assert "Expected gap: price" in review.reads()
        await review.press("n", "n")
        assert "Not as expected: it cites LUM-01, none of LUM-04" in review.reads()
        await review.press("p")
        assert "And what does it cost?" in review.reads()


async def test_approve_writes_a_record_and_goes_on(corpus: Path) -> None:
    async with open_review(corpus) as review:
        await review.press("a")
        (line,) = await review.recorded("answers", 1)
        row = json.loads(line)
        assert (row["did"], row["by"], row["on"], row["expires"]) == (
            "approve",
            "A. Reviewer",
            "2026-11-22",
            "2027-11-22",
        )
        assert "colours a little stronger" in row["text"]
        assert review.listed()[0].startswith("Approved")
        assert "Will the lamp end it for good?" in review.reads()
        assert "Approved, until 2027-11-22: Do lamp baths" in review.status()
        await review.press("2")
        assert len(review.listed()) == 4
        await review.press("a")
        await review.recorded("answers", 2)
        assert len(review.listed()) == 3
        assert "How many minutes is one?" in review.reads()
        await review.press("6")
        assert len(review.listed()) == 2
        assert "Approved by A. Reviewer, until 2027-11-22." in review.reads()


async def test_approve_until_a_date_with_a_comment(corpus: Path) -> None:
    async with open_review(corpus) as review:
        await review.press("u")
        await review.type("soon")
        assert "That is no date" in review.status()
        review.screen.line.put("")
        await review.type("2026-11-21")
        await review.until(lambda: "has passed" in review.status())
        await review.press("u")
        await review.type("2026-12-01 read with the ALS team")
        (line,) = await review.recorded("answers", 1)
        assert json.loads(line)["note"] == "read with the ALS team"
        await review.press("5")
        assert len(review.listed()) == 1
        await review.press("1", "n", "u")
        await review.type("never")
        assert json.loads((await review.recorded("answers", 2))[1])["expires"] == "never"


async def test_a_flag_needs_a_comment_and_escape_leaves_it(corpus: Path) -> None:
    async with open_review(corpus) as review:
        await review.press("f")
        await review.type("")
        assert "needs a comment" in review.status()
        await review.press("escape")
        assert review.screen.focused is review.screen.queue
        await review.press("f")
        await review.type("too cold a tone")
        await review.recorded("answers", 1)
        await review.press("4")
        assert "Flagged by A. Reviewer on 2026-11-22: too cold a tone" in review.reads()


async def test_a_reviewer_is_asked_for_a_name_once(corpus: Path) -> None:
    async with open_review(corpus, name="") as review:
        await review.press("a")
        assert not (corpus / "approvals" / "answers.jsonl").exists()
        review.screen.line.put("")
        await review.type("Dr B. Example")
        assert reviewer(corpus.parent / "data") == "Dr B. Example"
        await review.press("a")
        assert '"by": "Dr B. Example"' in (await review.recorded("answers", 1))[0]
    async with open_review(corpus, name="") as review:
        assert not review.screen.typing


async def test_what_changed_is_shown_word_by_word(corpus: Path) -> None:
    async with open_review(corpus) as review:
        await review.press("n", "n", "a")
        await review.recorded("answers", 1)
    file = corpus / "passages" / "lamp-time.md"
    file.write_text(file.read_text().replace("ten", "nine"))
    approve(corpus, "lamp-time", by="somebody")
    async with open_review(corpus) as review:
        await review.press("3")
        assert len(review.listed()) == 1
        assert "Changed since A. Reviewer looked at it on 2026-11-22." in review.reads()
        assert "[taken out: ten] [new: nine]" in review.reads()
        await review.press("a")
        await review.recorded("answers", 2)
        assert review.listed() == []
        await review.press("3")
        assert "Nothing here" in review.status()


async def test_editing_a_passage_withholds_it_until_it_is_approved_again(corpus: Path) -> None:
    opened: list[Path] = []

    def editor(file: Path) -> None:
        opened.append(file)
        file.write_text(file.read_text().replace("do not end", "never end"))

    async with open_review(corpus, edit=editor) as review:
        await review.press("n", "e")
        assert isinstance(review.app.screen, Choice)
        await review.press("enter")
        await review.until(lambda: "Read again after your change" in review.status())
        assert opened == [corpus / "passages" / "lamp-no-end.md"]
        assert "waiting for review" in review.reads()
        assert "lamp-no-end. This text is not shown to families" in review.reads()
        await review.press("p")
        assert "waiting for review" in review.reads()  # its limit is withheld with it
        await review.press("t", "3")
        assert review.listed() == ["Changed  lamp-no-end"]
        assert "[taken out: do not] [new: never]" in review.reads()
        await review.press("a")
        await review.recorded("passages", 5)
        await review.press("t", "t", "t", "1", "home", "n")
        assert "Lamp baths never end greyfade." in review.reads()


async def test_an_edit_without_a_change_and_an_editor_that_is_not_there(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_review(corpus, edit=lambda file: None) as review:
        await review.press("t", "e")
        assert "Nothing was changed" in review.status()
    monkeypatch.setenv("EDITOR", "/nowhere/editor -x")
    monkeypatch.delenv("VISUAL", raising=False)
    async with open_review(corpus, edit=edit) as review:
        await review.press("t", "e")
        assert "/nowhere/editor -x could not be started" in review.status()
        await review.press("t", "t", "t", "n", "n", "n", "e")
        assert "No passage stands behind this reply" in review.status()


async def test_two_people_where_two_are_needed(corpus: Path) -> None:
    async with open_review(corpus, benefit_approvals=2) as review:
        await review.press("t", "2")
        assert review.listed() == ["New      lamp-may-help"]
        assert "Approved by 1 of 2 people: tests." in review.reads()
        await review.press("a")
        await review.recorded("passages", 5)
        assert review.listed() == []
    async with open_review(corpus, benefit_approvals=3) as review:
        await review.press("t", "2", "a")
        assert "another person has to" in review.status()


async def test_drafts_are_graded_and_become_passages(corpus: Path, tmp_path: Path) -> None:
    from assistant.desk.summary import take_in

    file = tmp_path / "summary.md"
    file.write_text("Lamps\n\nA lamp is warm to sit by.\n", encoding="utf-8")
    take_in(file, corpus)
    async with open_review(corpus) as review:
        await review.press("t", "t", "t")
        assert review.listed() == ["New      lamps-1"]
        assert "A draft without a grade." in review.reads()
        await review.press("a")
        assert "answers.jsonl" not in {p.name for p in (corpus / "approvals").iterdir()}
        await review.press("g")
        assert isinstance(review.app.screen, Choice)
        review.app.screen.query_one(OptionList).highlighted = 5
        await review.press("enter")
        await review.until(lambda: "Graded" in review.status())
        assert review.listed() == []
        await review.press("t", "t", "2")
        assert "A lamp is warm to sit by." in review.reads()
        await review.press("a")
        await review.recorded("passages", 5)
    assert "lamps-1" in load_corpus(corpus).approved(TODAY)


async def test_wording_is_reviewed_language_by_language(corpus: Path, tmp_path: Path) -> None:
    prompts = own_prompts(tmp_path)
    async with open_review(corpus, prompts=prompts) as review:
        await review.press("t", "t")
        names = [row.split()[-1] for row in review.listed()]
        assert {"replies.urgent", "languages.hi", "gaps", "screen.welcome"} <= set(names)
        assert "review.keys" not in names
        for _ in range(names.index("replies.urgent")):
            await review.press("n")
        assert "it is said to families whether or not it is approved" in review.reads()
        await review.press("a")
        await review.recorded("wording", 1)
    text = (prompts / "replies.toml").read_text()
    (prompts / "replies.toml").write_text(text.replace("Please call your local", "Call your local"))
    async with open_review(corpus, prompts=prompts) as review:
        await review.press("t", "t", "3")
        assert len(review.listed()) == 1
        assert "[taken out: Please call] [new: Call]" in review.reads()


async def test_a_record_that_cannot_be_written_is_said_and_nothing_is_claimed(corpus: Path) -> None:
    (corpus / "approvals" / "answers.jsonl").mkdir()
    async with open_review(corpus) as review:
        await review.press("a")
        await review.until(lambda: "nothing was recorded" in review.status())
        assert review.listed()[0].startswith("New")


async def test_two_keys_in_a_row_make_two_records_of_two_texts(corpus: Path) -> None:
    async with open_review(corpus) as review:
        await review.pilot.press("a")
        await review.recorded("answers", 1)
        await review.pilot.press("a")
        lines = await review.recorded("answers", 2)
        assert len({json.loads(line)["what"] for line in lines}) == 2


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_on_a_narrow_screen_queue_and_text_take_turns(corpus: Path, size: tuple[int, int]) -> None:
    async with open_review(corpus, size=size) as review:
        assert not review.screen.text.display
        await review.press("enter")
        assert review.screen.text.display
        assert review.screen.focused is review.screen.text
        await review.press("a")
        await review.recorded("answers", 1)
        assert "Will the lamp end it for good?" in review.reads()
        await review.press("escape")
        assert not review.screen.text.display
        assert review.screen.focused is review.screen.queue


async def test_hostile_text_is_data(corpus: Path) -> None:
    record = Approval(
        "s", "[b]Mallory[/b]", TODAY, None, "[@click=app.quit]\x1b[31mred", "passage:greyfade", "flag", "x"
    )
    add(corpus, "passages", [record])
    file = corpus / "bank" / "village.yaml"
    file.write_text(file.read_text().replace("in a word?", "[red]in[/red] {n} a word? [/"))
    async with open_review(corpus) as review:
        await review.press("end")
        assert "[red]in[/red] {n} a word? [/" in review.reads()
        await review.press("t")
        assert "[b]Mallory[/b] flagged it: [@click=app.quit]" in review.reads()
        assert "\x1b" not in review.reads()


async def test_help_lists_every_key_in_words(corpus: Path) -> None:
    async with open_review(corpus) as review:
        await review.press("f1")
        assert isinstance(review.app.screen, HelpScreen)
        await review.press("escape")
        assert review.app.screen is review.screen


def test_bindings_have_ids_and_words() -> None:
    words = StaffScreenWords(ROOT / "prompts", "review")
    for owner in (ReviewScreen, Queue, Choice):
        for binding in owner.BINDINGS:
            assert isinstance(binding, Binding)
            assert binding.id
            assert all(words_for(binding, words))
