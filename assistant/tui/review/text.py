"""One text under review: how it stands, what changed, what a family sees, what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.desk import diff
from assistant.desk.items import Item, State
from assistant.desk.report import expected, why
from assistant.desk.summary import is_ungraded
from assistant.reply import Reply
from assistant.tui import plain
from assistant.tui.staff import StaffScreenWords
from assistant.tui.widgets.evidence import Source

if TYPE_CHECKING:
    from assistant.desk.replay import Answer
    from assistant.desk.review import Desk


class Text(VerticalScroll, can_focus=True):
    """The chosen text with everything about it. All of it is data, never markup."""

    def __init__(self, words: StaffScreenWords) -> None:
        super().__init__(id="text")
        self.words = words

    async def show(self, item: Item | None, desk: Desk | None) -> None:
        """Show ``item``, from its beginning."""
        parts = list(self._parts(item, desk)) if item and desk else []
        with self.app.batch_update():
            await self.query("*").remove()
            await self.mount_all(parts)
        self.scroll_home(animate=False)

    def _parts(self, item: Item, desk: Desk) -> Iterator[Static]:
        words = self.words
        answer = desk.answers.get(item.what)
        title = item.title if item.kind != "draft" else item.name
        yield _line(title, "question")
        yield _line(standing(item, desk, words), "standing")
        if item.kind == "passage" and item.name not in desk.consultant.passages:
            yield _line(words("state.withheld"), "problem")
        if item.danger:
            yield _line(words("state.danger"), "quiet")
        if answer:
            yield from self._asked(answer)
        yield from self._changes(item, desk)
        if answer:
            yield from self._reply(answer, desk)
            yield from self._trace(answer.reply)
        else:
            yield _line(words("part.text"), "part")
            yield _line(item.text)
            yield from self._facts(item, desk)
        if item.records:
            yield _line(words("part.records"), "part")
            for record in item.records:
                until = ending(record.expires, words)
                said = words(
                    f"record.{record.did}", who=record.by, on=record.on, until=until, note=record.note
                )
                yield _line(said, "quiet")

    def _asked(self, answer: Answer) -> Iterator[Static]:
        asked, words = answer.asked, self.words
        for question in asked.history:
            yield _line(words("part.history", question=question), "quiet")
        yield _line(words("part.asked", register=asked.register, voice=asked.voice), "quiet")
        for line in expected(answer, words):
            yield _line(line, "quiet")
        if answer.misses:
            yield _line(words("part.miss", why=why(answer.misses, answer, words)), "problem")

    def _changes(self, item: Item, desk: Desk) -> Iterator[Static]:
        before = item.before
        if before is None or item.state(desk.today) is not State.CHANGED:
            return
        words = self.words
        yield _line(words("part.changes", who=before.by, on=before.on), "part")
        pieces = []
        for what, text in diff.words(plain.clean(before.text), plain.clean(item.text)):
            if what == "same":
                pieces.append(Content(text))
                continue
            name, style = ("gone", "$error") if what == "gone" else ("added", "bold $success")
            pieces.append(Content.styled(words(f"part.{name}", words=text.strip()), style) + Content(" "))
        yield Static(Content("").join(pieces), classes="changes")

    def _reply(self, answer: Answer, desk: Desk) -> Iterator[Static]:
        reply, words = answer.reply, self.words
        yield _line(words("part.reply", kind=reply.kind.value), "part")
        pieces: list[Content] = []
        for i, sentence in enumerate(reply.sentences):
            gap = "" if not i else "\n\n" if sentence.starts_paragraph else " "
            marks = "".join(f"\N{NO-BREAK SPACE}{mark}" for _, mark in plain.marks(sentence))
            pieces += [Content(gap + plain.clean(sentence.text)), Content.styled(marks, "$primary")]
        yield Static(Content("").join(pieces), classes="reply")
        if reply.for_consultation:
            yield _line(words("part.to_ask"), "part")
            yield from (_line(question) for question in reply.for_consultation)
        yield _line(words("part.passages"), "part")
        served = desk.consultant.passages
        yield from (Source(citation, served, words) for citation in reply.citations)
        if not reply.citations:
            yield _line(words("part.nothing"), "quiet")
        for passage in desk.passages_behind(answer.item):
            if passage.id not in served:
                yield _line(f"{passage.title}. {words('state.withheld')}", "problem")

    def _trace(self, reply: Reply) -> Iterator[Static]:
        trace, words = reply.trace, self.words
        yield _line(words("part.trace"), "part")
        yield _line(words("trace.decided", text=trace.decided_by), "quiet")
        for name in ("kinds", "topics", "passages"):
            scores = {"kinds": trace.kinds, "topics": trace.topics, "passages": trace.passages}[name]
            if scores:
                text = ", ".join(f"{key} {value:.2f}" for key, value in scores.items())
                yield _line(words(f"trace.{name}", text=text), "quiet")
        for near in trace.nearest:
            filled = {key: near[key] for key in ("text", "kind", "cosine", "where")}
            yield _line(words("trace.nearest", **filled), "quiet")
        yield _line(words("trace.danger", p=trace.danger), "quiet")
        if trace.language != "en":
            yield _line(words("trace.reader", language=trace.language), "quiet")
        for dropped in reply.dropped:
            yield _line(words("trace.dropped", text=dropped.text, why=dropped.why), "problem")

    def _facts(self, item: Item, desk: Desk) -> Iterator[Static]:
        corpus = desk.consultant.corpus
        passage = corpus.passages.get(item.name) if item.kind == "passage" else None
        if passage:
            yield _line(self.words("part.facts"), "part")
            for fact in passage.facts:
                yield _line(f"{fact} ({corpus.facts[fact].grade.value}): {corpus.facts[fact].says}")


def _line(text: str, name: str = "") -> Static:
    return Static(Content(plain.clean(text)), classes=name)


def ending(expires: object, words: StaffScreenWords) -> str:
    """Until when an approval holds, in words."""
    return words("state.until", until=expires) if expires else words("state.always")


def standing(item: Item, desk: Desk, words: StaffScreenWords) -> str:
    """How an item stands, in words."""
    today = desk.today
    if item.kind == "draft":
        return words("state.ungraded" if is_ungraded(item) else "state.draft", why=item.title)
    if flag := item.flag:
        return words("state.flagged", who=flag.by, on=flag.on, note=flag.note)
    approvals = item.in_force(today)
    who = ", ".join(a.by for a in approvals)
    last = next((r for r in reversed(item.records) if r.sha256 == item.sha256), None)
    match item.state(today):
        case State.APPROVED:
            return words("state.approved", who=who, until=ending(approvals[0].expires, words))
        case State.EXPIRING if approvals:
            return words("state.expiring", who=who, until=approvals[0].expires)
        case State.EXPIRING:
            return words("state.expired", who=last.by if last else "", until=last.expires if last else "")
        case State.CHANGED if item.before:
            return words("state.changed", who=item.before.by, on=item.before.on)
        case _ if approvals:
            return words("state.waiting", n=len(approvals), needed=item.needed, who=who)
    return words("state.new")
