"""The consultation sheet as data and in every format: whatever a family types, nothing in it runs or breaks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.evidence.wording import Wording
from assistant.guard.text import for_list
from assistant.reply import Citation, Kind, PlainspokenError, Reply, Status, Trace
from assistant.sheet import Format, Sheet, as_html, as_json, as_markdown, as_text, read, words_of
from tests.conftest import ROOT, TODAY
from tests.small import write_corpus

WORDING = Wording(ROOT / "prompts")
TYPED = st.text(st.characters(), max_size=300) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[see](javascript:alert(1))",
        "![](https://example.org/a.png)",
        "</span></li><!-- ",
        "{{ 7 * 7 }} {% raw %}",
        "1. first",
        "# head",
        "- item",
        "```code",
        "***",
        "> said",
        "a | b",
        "&lt;b&gt; &#60;",
        "<https://example.org>",
        "\\",
        "هل هذا علاج؟",
        "\ud800\u202e\x1b[31m",
    ]
)
QUESTIONS = st.lists(TYPED, max_size=6)


@pytest.fixture(scope="module")
def passages(tmp_path_factory: pytest.TempPathFactory):
    from assistant.evidence.corpus import load_corpus

    return load_corpus(write_corpus(tmp_path_factory.mktemp("small") / "corpus")).approved(TODAY)


def shown(sheet: Sheet, passages=None):
    return words_of(sheet, passages or {}, WORDING, TODAY)


class Page(HTMLParser):
    """Collects the tags, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


EMPTY = Page(as_html(shown(Sheet())))


@given(QUESTIONS)
def test_html_holds_each_question_as_text_and_nothing_that_runs(questions: list[str]) -> None:
    sheet = Sheet().asking(*questions)
    page = Page(as_html(shown(sheet)))
    for question in sheet.questions:
        assert question in page.texts
    allowed = {"html", "head", "meta", "title", "style", "body", "header", "main", "section", "article"}
    allowed |= {"footer", "h1", "h2", "h3", "p", "ul", "ol", "li", "div", "span", "br"}
    assert set(page.tags) <= allowed
    assert {name for name, _ in page.attributes} <= {*(name for name, _ in EMPTY.attributes), "dir"}
    assert page.tags.count("li") == EMPTY.tags.count("li") + len(sheet.questions)


@given(QUESTIONS)
def test_markdown_shows_each_question_as_it_is(questions: list[str]) -> None:
    sheet = Sheet().asking(*questions)
    tokens = MarkdownIt("commonmark").enable("table").parse(as_markdown(shown(sheet)))
    starts = [i for i, t in enumerate(tokens) if t.type == "ordered_list_open"]
    assert len(starts) == bool(sheet.questions)
    inside = tokens[starts[0] :] if starts else []
    inside = inside[: next((i for i, t in enumerate(inside) if t.type == "ordered_list_close"), 0)]
    kinds = {
        "ordered_list_open",
        "list_item_open",
        "list_item_close",
        "paragraph_open",
        "paragraph_close",
        "inline",
    }
    assert {t.type for t in inside} <= kinds
    lines = [t for t in inside if t.type == "inline"]
    assert all(c.type in ("text", "text_special") for t in lines for c in t.children or ())
    assert ["".join(c.content for c in t.children or ()) for t in lines] == list(sheet.questions)


@given(QUESTIONS)
def test_json_comes_back_as_the_same_sheet(questions: list[str]) -> None:
    sheet = Sheet().asking(*questions)
    written = as_json(shown(sheet))
    assert json.loads(written)["questions"] == list(sheet.questions)
    assert read(written) == sheet
    written.encode("utf-8")


@given(QUESTIONS)
def test_a_question_is_one_clean_line_and_stands_there_once(questions: list[str]) -> None:
    sheet = Sheet().asking(*questions, *questions)
    assert all(q and q == " ".join(q.split()) and q.isprintable() for q in sheet.questions)
    assert len({q.casefold() for q in sheet.questions}) == len(sheet.questions)
    assert sheet.asking(*sheet.questions) == sheet
    text = as_text(shown(sheet))
    assert not any(0x2500 <= ord(c) <= 0x28FF and c not in "".join(questions) for c in text)


@given(QUESTIONS, st.lists(st.sampled_from("pqrs"), max_size=4), st.data())
def test_moving_loses_nothing_and_removing_one_thing(
    questions: list[str], learned: list[str], data: st.DataObject
) -> None:
    sheet = Sheet().asking(*questions).learning(*learned)
    if not len(sheet):
        return
    number = data.draw(st.integers(1, len(sheet)))
    items = (*sheet.questions, *sheet.learned)
    moved = sheet.moved(number, data.draw(st.integers(-3, 20)))
    assert sorted(moved.questions) == sorted(sheet.questions)
    assert sorted(moved.learned) == sorted(sheet.learned)
    left = sheet.without(number)
    assert (*left.questions, *left.learned) == (*items[: number - 1], *items[number:])


def test_what_is_there_already_stays_where_it_is() -> None:
    sheet = Sheet(("First?", "Second?"), ("p", "q"))
    assert sheet.asking("first?").learning("p") == sheet
    assert sheet.asking("first?", "Third?").questions == ("First?", "Second?", "Third?")


def test_an_item_goes_where_it_is_put() -> None:
    sheet = Sheet(("a", "b", "c"), ("p", "q"))
    assert sheet.moved(3, 1).questions == ("c", "a", "b")
    assert sheet.moved(1, 2).questions == ("b", "a", "c")
    assert sheet.moved(5, 4).learned == ("q", "p")
    assert sheet.moved(5, 1).learned == ("q", "p")
    assert sheet.moved(1, 99).questions == ("b", "c", "a")


def test_a_question_can_be_put_in_other_words_and_a_passage_cannot() -> None:
    sheet = Sheet(("a",), ("p",))
    assert sheet.edited(1, " b\nc ").questions == ("b c",)
    assert sheet.edited(1, " \x1b ") == sheet
    with pytest.raises(PlainspokenError, match="item 2 is from the clinic's summary"):
        sheet.edited(2, "It cures ALS.")
    for number in (0, 3, -1):
        with pytest.raises(PlainspokenError, match="there is no item"):
            sheet.without(number)


def reply(kind: Kind) -> Reply:
    cited = Citation(1, "lamp-time", "t", "q", "s", Status.PRACTICAL, ("LUM-04",), "a")
    return Reply(None, kind, (), (cited,), (), ("Who pays?",), "quote", "c0ffee", Trace("made up"))


def test_a_reply_puts_its_questions_and_passages_there_but_never_in_danger() -> None:
    for kind in Kind:
        sheet = Sheet().with_reply(reply(kind))
        assert sheet == (Sheet() if kind.is_danger else Sheet(("Who pays?",), ("lamp-time",)))


def test_every_format_holds_the_passage_with_grade_limits_section_and_approval(passages) -> None:
    sheet = Sheet(("Who pays?",), ("lamp-may-help", "lamp-time"))
    view = shown(sheet, passages)
    assert view.approval == "Approved: tests, 2026-01-01"
    html = " ".join(Page(as_html(view)).texts)
    for text in (html, as_markdown(view), as_text(view), as_json(view)):
        flat = " ".join(text.replace("\\", "").split())
        for part in (
            *view.opening,
            "Who pays?",
            "lamp-may-help",
            "Plausible: possible, but not certain",
            "Lamp baths may make colours a little stronger for some people.",
            "Always said with it: Lamp baths do not end greyfade.",
            "In the clinic's summary: All of it",
            "Approved: tests, 2026-01-01",
        ):
            assert part in flat
    assert html.count("Approved: tests") == 1


def test_an_empty_sheet_leaves_room_to_write_and_has_no_empty_part(passages) -> None:
    page = as_html(shown(Sheet()))
    assert page.count('class="line"') == len(shown(Sheet()).opening) + 4 + 3
    for text in (page, as_markdown(shown(Sheet()))):
        assert "What we learned" not in text
    assert "Nothing from the summary" in as_text(shown(Sheet()))


def test_approvals_that_differ_stand_with_each_passage(passages) -> None:
    other = passages["lamp-time"]
    other = replace(other, approvals=(replace(other.approvals[0], by="someone else"),))
    view = shown(Sheet((), ("lamp-may-help", "lamp-time")), {**passages, "lamp-time": other})
    assert view.approval == ""
    assert "Approved: someone else, 2026-01-01" in as_markdown(view)
    assert "Approved: someone else, 2026-01-01" in as_html(view)


def test_the_words_of_a_passage_come_from_the_corpus_and_not_from_the_file(passages) -> None:
    saved = json.loads(as_json(shown(Sheet((), ("lamp-time",)), passages)))
    saved["learned"][0] |= {"text": "Lamp baths cure greyfade.", "title": "Cured", "grade": "Established"}
    saved["learned"].append({"passage": "gone", "text": "Lamp baths cure greyfade."})
    saved["opening"] = ["Is it a cure? It is."]
    sheet = read(json.dumps(saved))
    assert sheet.learned == ("lamp-time", "gone")
    for form in (as_html, as_markdown, as_json, as_text):
        text = form(shown(sheet, passages))
        assert "cure" not in text.lower()
        assert "A lamp bath takes ten minutes." in text
    assert sheet.known(passages).learned == ("lamp-time",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[" * 9000,
        "[]",
        '{"format": "another"}',
        '{"format": "plainspoken sheet 1"}',
        '{"format": "plainspoken sheet 1", "questions": "a", "learned": []}',
        '{"format": "plainspoken sheet 1", "questions": [1], "learned": []}',
        '{"format": "plainspoken sheet 1", "questions": [], "learned": {}}',
        '{"format": "plainspoken sheet 1", "questions": [], "learned": [{"passage": 1}]}',
    ],
)
def test_a_broken_file_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(PlainspokenError) as refused:
        read(text)
    assert "\n" not in str(refused.value)


def test_a_very_long_question_is_cut_and_shows_it() -> None:
    (question,) = Sheet().asking("word " * 5000).questions
    assert len(question) < 1010
    assert question.endswith(" …")
    assert for_list(question, 1010) == question


def test_the_format_follows_the_name() -> None:
    assert Format.of(Path("a.HTML")) is Format.HTML
    assert Format.of(Path("a.b.md")) is Format.MARKDOWN
    assert Format.of(Path("a.json")) is Format.JSON
    for name in ("a", "a.pdf", ".html"):
        with pytest.raises(PlainspokenError, match=r"\.html \(to print\), \.md or \.json"):
            Format.of(Path(name))


def test_the_day_is_on_it() -> None:
    assert "2026-03-04" in as_markdown(words_of(Sheet(), {}, WORDING, date(2026, 3, 4))).replace("\\", "")


# --- plainspoken sheet -----------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs `plainspoken sheet …` in an empty folder; gives exit code, output and errors."""
    from click.testing import CliRunner

    from assistant.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*words: str, given: str | bytes = "") -> tuple[int, str, str]:
        done = CliRunner().invoke(main, ["sheet", *words], input=given)
        return done.exit_code, done.stdout, done.stderr

    return run


def test_without_anything_it_shows_the_three_questions_and_writes_nothing(command, tmp_path: Path) -> None:
    code, out, _ = command()
    assert code == 0
    assert out.index("Where is the person now") < out.index("no questions of your own")
    assert not list(tmp_path.iterdir())


def test_a_sheet_is_made_edited_and_continued(command, tmp_path: Path) -> None:
    assert (
        command("--add", "one?", "--add", "two?", "--add", "three?", "--out", "s.json")[1]
        == "s.json: saved.\n"
    )
    # numbers are those of the sheet as given, whatever else is changed
    words = ("--edit", "1", "ONE?", "--move", "3", "1", "--remove", "2", "--add", "four?")
    code, out, _ = command("--from", "s.json", *words, "--format", "json")
    assert code == 0
    assert json.loads(out)["questions"] == ["three?", "ONE?", "four?"]
    code, out, err = command("--from", "s.json", *words, "--out", "s.json")
    assert (code, out) == (2, "")
    assert "--overwrite" in err
    assert json.loads((tmp_path / "s.json").read_text())["questions"] == ["one?", "two?", "three?"]
    assert command("--from", "s.json", *words, "--out", "s.json", "--overwrite")[0] == 0
    piped = command("--from", "-", "--format", "md", given=(tmp_path / "s.json").read_bytes())
    assert "1. three?\n2. ONE?\n3. four?\n" in piped[1]
    assert [f.name for f in tmp_path.iterdir()] == ["s.json"]


def test_asking_puts_on_it_what_the_chat_would_and_danger_nothing(
    command, settings, consultant, monkeypatch
) -> None:
    monkeypatch.setenv("PLAINSPOKEN_DATA", str(settings.data))
    code, out, err = command(
        "--ask",
        "What does it cost?",
        "--ask",
        "How is it given?",
        "--ask",
        "he is choking",
        "--format",
        "json",
    )
    assert code == 0
    made = json.loads(out)
    assert made["questions"] == ["What does it cost?"]
    assert "how-cells-are-given" in [item["passage"] for item in made["learned"]]
    assert err.startswith("Please call your local emergency number now.")
    assert "choking" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--remove", "1"), "there is no item 1: the sheet has no items yet"),
        (("--add", "a", "--edit", "4", "b"), "there is no item 4"),
        (("--from", "none.json"), "none.json: cannot be read (No such file or directory)"),
        (("--from", "/dev/zero"), "/dev/zero: is larger than 5 MB"),
        (("--from", "."), ".: cannot be read (Is a directory)"),
        (("--out", "a.pdf"), "a.pdf: a sheet can be saved as .html"),
        (("--out", "missing/a.html"), "missing/a.html: cannot be written"),
        (("--overwrite",), "--overwrite needs --out"),
        (("--move", "a", "1"), "'a' is not a valid integer"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    command, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"<html>", b'{"format": "x"}', b"[" * 9999])
def test_a_file_that_is_no_sheet_is_named(command, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.json").write_bytes(content)
    code, _, err = command("--from", "s.json")
    assert code == 2
    assert err.startswith("plainspoken: s.json: not a sheet saved as JSON.")


def test_passages_that_are_no_longer_served_are_left_out_and_told(command, tmp_path: Path) -> None:
    saved = {"format": "plainspoken sheet 1", "questions": ["a?"], "learned": [{"passage": "gone"}]}
    (tmp_path / "s.json").write_text(json.dumps(saved))
    code, out, err = command("--from", "s.json")
    assert code == 0
    assert "gone" not in out
    assert err.startswith("Left out, as the corpus no longer serves them: 1")
