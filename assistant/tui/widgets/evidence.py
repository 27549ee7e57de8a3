"""The evidence beside a reply: each passage whole, with its grade, section and approval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.reply import Citation, Status
from assistant.tui import plain
from assistant.tui.session import Turn
from assistant.tui.words import Words

if TYPE_CHECKING:
    from assistant.evidence.corpus import Passage


COLOURS = {
    Status.ESTABLISHED: "success",
    Status.PLAUSIBLE: "accent",
    Status.UNLIKELY: "warning",
    Status.NOT_SUPPORTED: "error",
    Status.UNDER_INVESTIGATION: "secondary",
    Status.PRACTICAL: "secondary",
}


class Source(Static):
    """One citation with its whole passage."""

    def __init__(self, citation: Citation, passages: Mapping[str, Passage], words: Words) -> None:
        mark, title = f"[{citation.n}]", plain.clean(citation.title)
        blocks = [
            Content.assemble((mark, "bold $primary"), " ", (title, "bold")),
            Content.styled(plain.grade(words, citation.status), f"${COLOURS[citation.status]}"),
            Content(""),
            Content(plain.passage_text(citation, passages)),
        ]
        passage = passages.get(citation.passage)
        if passage and passage.limits:
            said = words("evidence.limits")
            blocks += [Content(""), Content(f"{said}: {plain.clean(' '.join(passage.limits))}")]
        section = words("evidence.section", section=plain.clean(citation.source))
        approval = words("evidence.approval", approval=plain.clean(citation.approval))
        blocks += [Content(""), Content.styled(section, "$quiet"), Content.styled(approval, "$quiet")]
        super().__init__(Content("\n").join(blocks), id=f"source-{citation.n}", classes="source")


class Evidence(VerticalScroll, can_focus=True):
    """Beside the conversation on a wide screen, in its place on a narrow one."""

    def __init__(self, words: Words) -> None:
        super().__init__(id="evidence")
        self.words = words

    def compose(self) -> ComposeResult:
        """A heading; the rest follows the chosen reply."""
        yield Static(Content(self.words("evidence.title")), id="evidence-title")
        yield Static("", id="evidence-back")

    def say_how_to_leave(self, key: str) -> None:
        """Where it covers the conversation, it says how to get back."""
        self.query_one("#evidence-back", Static).update(Content(self.words("evidence.back", key=key)))

    async def show(self, turn: Turn | None, passages: Mapping[str, Passage]) -> None:
        """Show what stands behind ``turn``."""
        reply = turn.reply if turn else None
        parts: list[Static] = []
        if reply is None:
            parts.append(Static(Content(self.words("evidence.empty")), classes="empty"))
        elif not reply.citations:
            parts.append(Static(Content(self.words("evidence.none")), classes="empty"))
        if reply:
            parts += [Source(c, passages, self.words) for c in reply.citations]
            if reply.for_consultation:
                asked = "\n\n".join(plain.clean(q) for q in reply.for_consultation)
                parts.append(Static(Content(self.words("evidence.ask")), classes="ask-title"))
                parts.append(Static(Content(asked), classes="ask"))
        with self.app.batch_update():
            await self.query(".source, .empty, .ask-title, .ask").remove()
            await self.mount_all(parts)
        self.scroll_home(animate=False)

    def open(self, n: int) -> None:
        """Bring source ``n`` into view and mark it."""
        for source in self.query(Source):
            opened = source.id == f"source-{n}"
            source.set_class(opened, "-open")
            if opened:
                self.call_after_refresh(self._to_top, source)

    def _to_top(self, source: Source) -> None:
        if source.is_attached:
            self.scroll_to_widget(source, top=True, animate=False, force=True)
