"""What is read in a rehearsal: question, answer with its claims marked, remarks, the vetted answer, the summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from assistant.desk.remarks import Mark, Remark
from assistant.guard.text import clean
from assistant.reply import Reply
from assistant.tui import plain
from assistant.tui.widgets.evidence import Source
from assistant.tui.words import Words

if TYPE_CHECKING:
    from assistant.desk.practice import Session
    from assistant.desk.rehearsal import Feedback
    from assistant.desk.remarks import Part
    from assistant.evidence.corpus import Passage

COLOURS = {Mark.WRONG: "error", Mark.MISSING: "warning", Mark.GOOD: "success", Mark.NOTE: "quiet"}


def line(text: str, name: str = "") -> Static:
    """One paragraph. All that is typed or quoted is data, never markup."""
    return Static(Content(plain.clean(text)), classes=name)


def asked(session: Session, words: Words) -> Iterator[Widget]:
    """What the family says now."""
    if session.round and not session.pressing:
        for earlier in session.round.asked.history:
            yield line(f"{words('plain.earlier')}: {earlier}", "quiet")
    yield line(words("plain.family"), "who")
    yield line(session.asks, "question")


def answered(text: str, feedback: Feedback, words: Words) -> Iterator[Widget]:
    """What the learner said, with each sentence marked that claims too much."""
    yield line(words("plain.learner"), "who mine")
    shown = plain.clean(clean(text))
    content, at = Content(""), 0
    spots = sorted((shown.find(c.text), c.text) for c in feedback.claims)
    for start, claimed in spots:
        if start >= at:
            marked = Content.styled(f"{claimed} [{words('mark.wrong')}]", "bold $error")
            content, at = content + Content(shown[at:start]) + marked, start + len(claimed)
    yield Static(content + Content(shown[at:]), classes="answer")


def remarked(feedback: Feedback, found: list[Remark], words: Words) -> Iterator[Widget]:
    """Every remark with its mark in words."""
    yield line(words("feedback.title"), "part")
    yield line(words("feedback.needs", kind=words(f"kind.{feedback.reply.kind}")), "quiet")
    for remark in found:
        mark = words(f"mark.{remark.mark}")
        content = Content.assemble((f"{mark}: ", f"bold ${COLOURS[remark.mark]}"), plain.clean(remark.text))
        yield Static(content, classes="remark")


def summed(parts: list[Part], foot: str) -> Iterator[Widget]:
    """The summary, part by part."""
    for part in parts:
        yield line(part.title, "part")
        yield from (line(text, "remark") for text in part.lines)
    yield line(foot, "remark quiet")


class Talk(VerticalScroll, can_focus=True):
    """The question, the learner's answer, what was found in it."""

    def __init__(self) -> None:
        super().__init__(id="talk")

    async def show(self, parts: Iterator[Widget], *, more: bool = False) -> None:
        """Show ``parts``, or add them with ``more``, and bring their beginning into view."""
        found = list(parts)
        with self.app.batch_update():
            if not more:
                await self.query("*").remove()
            await self.mount_all(found)
        if more and found:
            self.call_after_refresh(self._to_top, found[0])
        else:
            self.scroll_home(animate=False)

    def _to_top(self, widget: Widget) -> None:
        if widget.is_attached:
            self.scroll_to_widget(widget, top=True, animate=False, force=True)


class Vetted(VerticalScroll, can_focus=True):
    """Beside the feedback on a wide screen, in its place on a narrow one: the vetted answer, or its passages."""

    def __init__(self, words: Words) -> None:
        super().__init__(id="vetted")
        self.words = words

    async def show(
        self, reply: Reply | None, passages: Mapping[str, Passage], *, sources: bool = False
    ) -> None:
        """Show the vetted answer, or the passages behind it; None: not yet."""
        found = list(self._parts(reply, passages, sources))
        with self.app.batch_update():
            await self.query("*").remove()
            await self.mount_all(found)
        self.scroll_home(animate=False)

    def _parts(self, reply: Reply | None, passages: Mapping[str, Passage], sources: bool) -> Iterator[Widget]:
        words = self.words
        yield line(words("feedback.passages" if sources else "feedback.vetted"), "part")
        if reply is None:
            yield line(words("feedback.later"), "quiet")
        elif sources:
            yield from (Source(citation, passages, words) for citation in reply.citations)
            if not reply.citations:
                yield line(words("feedback.no_passages"), "quiet")
        else:
            pieces: list[Content] = []
            for i, sentence in enumerate(reply.sentences):
                gap = "" if not i else "\n\n" if sentence.starts_paragraph else " "
                marks = "".join(f"\N{NO-BREAK SPACE}{mark}" for _, mark in plain.marks(sentence))
                pieces += [Content(gap + plain.clean(sentence.text)), Content.styled(marks, "$primary")]
            yield Static(Content("").join(pieces), classes="reply")
