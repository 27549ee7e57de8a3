"""The rehearsal's screen: choose, answer, read what was found, go on, read what it came to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.reply import PlainspokenError
from assistant.tui import plain
from assistant.tui.commands import key_of, put_words
from assistant.tui.rehearse.text import Talk, Vetted, answered, asked, line, remarked, summed
from assistant.tui.save import FilePrompt
from assistant.tui.session import Attempt, Problem, ProgressCall
from assistant.tui.staff import StaffScreenWords
from assistant.tui.widgets.keys import Keys
from assistant.tui.widgets.question_input import QuestionInput
from assistant.tui.widgets.status import StatusLine

if TYPE_CHECKING:
    from assistant.desk.practice import Choice, Session
    from assistant.desk.rehearsal import Feedback
    from assistant.desk.room import Plan, Room

WIDE = 110
"""From this width the vetted answer stands beside the feedback."""


class Phase(StrEnum):
    """How far the rehearsal is."""

    OPENING = "opening"
    CHOOSING = "choosing"
    ANSWERING = "answering"
    JUDGING = "judging"
    READING = "reading"
    ENDED = "ended"


class RehearseScreen(Screen[object]):
    """The family asks, the learner answers."""

    AUTO_FOCUS = ""
    HELP = "help.rehearse"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,n", "go_on", "next", id="go_on"),
        Binding("escape", "back", "back", id="back"),
        Binding("v,f5", "vetted", "vetted", id="vetted"),
        Binding("p,f6", "passages", "passages", id="passages"),
        Binding("f9", "end", "end", id="end"),
        Binding("a,enter", "again", "again", id="again"),
        Binding("k", "keep", "keep", id="keep_progress"),
        Binding("s,ctrl+s", "save", "save", id="save"),
    ]

    class Progress(Message):
        """Getting ready has come this far."""

        def __init__(self, part: float, name: str) -> None:
            super().__init__()
            self.part = part
            self.key = name.rpartition(".")[2]

    def __init__(
        self,
        words: StaffScreenWords,
        opener: Callable[[ProgressCall], Room],
        attempt: Attempt,
        plan: Plan,
    ) -> None:
        super().__init__()
        self.words = words
        self.opener = opener
        self.attempt = attempt
        self.plan = plan
        self.room: Room | None = None
        self.session: Session | None = None
        self.phase = Phase.OPENING
        self.kept = plan.keep
        self.sources = False
        self._choices: list[Choice] = []
        put_words(self, words)

    def compose(self) -> ComposeResult:
        """Title, what is read, the vetted answer beside it, the line to type in, status, keys."""
        yield Static("", id="title")
        with Horizontal(id="body"):
            with Vertical(id="column"):
                yield Talk()
                yield OptionList(id="choices", markup=False)
            yield Vetted(self.words)
        with Vertical(id="foot"):
            yield QuestionInput(self.words)
        yield StatusLine()
        yield Keys()

    async def on_mount(self) -> None:
        """Paint first; get ready behind it."""
        self.talk = self.query_one(Talk)
        self.vetted = self.query_one(Vetted)
        self.list = self.query_one(OptionList)
        self.input = self.query_one(QuestionInput)
        await self._welcome()
        self.call_after_refresh(self.open)

    # --- getting ready ---------------------------------------------------------------------------

    @work(name="open", group="open", exclusive=True)
    async def open(self) -> None:
        """Open the room beside the screen."""
        outcome = await self.attempt(partial(self.opener, self._report))
        if isinstance(outcome, Problem):
            self._say(self.words("status.not_ready", problem=outcome.text), problem=True)
            return
        self.room = outcome
        if self.plan.choice:
            await self._begin(self.plan.choice)
        else:
            self._choose()

    def _report(self, part: float, name: str) -> None:
        """Called from the opening thread."""
        self.post_message(self.Progress(part, name))

    def on_rehearse_screen_progress(self, event: Progress) -> None:
        """Show how far it is."""
        if self.phase is Phase.OPENING and self.words.has("progress", event.key):
            status = self.words(f"progress.{event.key}")
            self.query_one(StatusLine).say(status, progress=event.part)

    # --- what is on screen -----------------------------------------------------------------------

    @property
    def wide(self) -> bool:
        """Whether the vetted answer has room beside the feedback."""
        return self.app.size.width >= WIDE

    async def _welcome(self) -> None:
        lines = [*self.words.lines("welcome.lines"), self.words("welcome.private")]
        await self.talk.show(iter([line(text, "remark") for text in lines]))
        self._enter(Phase.OPENING, self.words("status.opening"))

    def _choose(self) -> None:
        """Offer what can be practised."""
        if self.room is None:
            return
        found = self.room.choices()
        if self.app.is_web:  # what is kept here is not this person's
            found.pop("worst", None)
        self._choices = list(found.values())
        self.list.clear_options()
        self.list.add_options(Option(Content(self._named(name)), id=name) for name in found)
        self.list.highlighted = 0
        self._enter(Phase.CHOOSING, self.words("status.choose"))
        self.list.focus()

    def _named(self, name: str) -> str:
        table, _, key = name.partition(".")
        if not key:
            return self.words(f"choice.{name}")
        known = self.words(f"{table}.{key}") if self.words.has(table, key) else key
        return self.words(f"choice.{table}", what=plain.clean(known))

    def _enter(self, phase: Phase, status: str, *, problem: bool = False) -> None:
        self.phase = phase
        for each in Phase:
            self.set_class(each is phase, f"-{each}")
        words, session = self.words, self.session
        where = words("title.about")
        if session and session.round and phase not in (Phase.CHOOSING, Phase.ENDED):
            where = words("title.where", n=session.at + 1, all=len(session.rounds))
        title = Content.assemble((words("title.name"), "bold $primary"), "  ", (where, "$quiet"))
        self.query_one("#title", Static).update(title)
        self._say(status, problem=problem)

    def _say(self, text: str, *, problem: bool = False) -> None:
        self.query_one(StatusLine).say(plain.clean(text), problem=problem)
        self.refresh_bindings()

    def _key(self, binding_id: str) -> str:
        return key_of(self, binding_id, self.words)

    # --- the way through -------------------------------------------------------------------------

    @on(OptionList.OptionSelected, "#choices")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        await self._begin(self._choices[event.option_index])

    async def _begin(self, choice: Choice) -> None:
        if self.room is None:
            return
        try:
            self.session = self.room.session(choice, self.plan.most)
        except PlainspokenError as error:
            self._choose()
            self._say(str(error), problem=True)
            return
        await self._ask()

    async def _ask(self) -> None:
        """Let the family ask, or press; at the end, say what it came to."""
        session = self.session
        if session is None:
            return
        self.remove_class("-vetted")
        if session.round is None:
            await self._sum_up()
            return
        self._enter(Phase.ANSWERING, self.words("status.pressed" if session.pressing else "status.asked"))
        self.input.focus()  # first of all, so that nothing is lost that is typed once the question stands there
        await self.talk.show(asked(session, self.words), more=session.pressing)
        if not session.pressing:
            self.sources = False
            await self._show_vetted()

    @on(QuestionInput.Sent)
    @work(name="judge", group="judge", exclusive=True)
    async def _answer(self, event: QuestionInput.Sent) -> None:
        """Judge what was typed, beside the screen."""
        session = self.session
        if session is None or self.phase is not Phase.ANSWERING or not event.text:
            return
        self._enter(Phase.JUDGING, self.words("status.judging"))
        outcome = await self.attempt(partial(self._judge, session, event.text))
        if isinstance(outcome, Problem):
            self.input.put(event.text)
            text = self.words("status.failed", problem=outcome.text)
            self._enter(Phase.ANSWERING, text, problem=True)
            return
        await self._read(event.text, outcome)

    def _judge(self, session: Session, text: str) -> Feedback:
        """Called in a thread."""
        feedback = session.answer(text)
        if self.kept and self.room:
            self.room.past.keep(session, date.today())
        return feedback

    async def _read(self, text: str, feedback: Feedback) -> None:
        from assistant.desk.remarks import remarks

        if self.room is None:
            return
        found = remarks(feedback, self.room.judge.corpus, self.words)
        parts = [*answered(text, feedback, self.words), *remarked(feedback, found, self.words)]
        await self.talk.show(iter(parts), more=True)
        self.phase = Phase.READING
        await self._show_vetted()
        keys = {name: self._key(name) for name in ("vetted", "passages")}
        self._enter(Phase.READING, self.words("status.judged", next=self._key("go_on"), **keys))
        self.talk.focus()

    async def _show_vetted(self) -> None:
        session, room = self.session, self.room
        if room is None:
            return
        round = session.round if session else None
        reply = round.last.reply if round and round.feedback else None
        await self.vetted.show(reply, room.judge.corpus.passages, sources=self.sources)

    async def _sum_up(self) -> None:
        from assistant.desk.practice import export
        from assistant.desk.remarks import parts

        session, room, words = self.session, self.room, self.words
        if session is None or room is None:
            return
        corpus = room.judge.corpus
        foot = words("summary.kept", file=room.past.file) if self.kept else words("summary.not_kept")
        found = parts(session.summary(corpus.passages), corpus, words)
        await self.talk.show(summed(found, foot))
        self._enter(Phase.ENDED, words("status.ended", again=self._key("again")))
        self.talk.focus()
        if self.plan.export and session.done:
            try:
                export(session, self.plan.export, replace=False)
            except PlainspokenError as error:
                self._say(str(error), problem=True)
            else:
                self._say(words("status.exported", file=self.plan.export))

    # --- actions ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What works now; the rest is neither in the footer nor in the list of commands."""
        phase, session = self.phase, self.session
        answered = bool(session and session.done)
        match action:
            case "go_on" | "passages":
                return phase is Phase.READING
            case "vetted":
                return phase is Phase.READING and (not self.wide or self.sources)
            case "back":
                return phase is Phase.READING and self.has_class("-vetted")
            case "end":
                return phase in (Phase.ANSWERING, Phase.READING)
            case "again":
                return phase is Phase.ENDED
            case "keep":
                return phase is Phase.ENDED and answered and not self.kept and not self.app.is_web
            case "save":
                return phase is Phase.ENDED and answered
        return True

    async def action_go_on(self) -> None:
        """The family presses, or asks the next question."""
        if self.session:
            self.session.go_on()
            await self._ask()

    async def action_end(self) -> None:
        """What it came to, at once."""
        if self.session:
            self.session.end()
            await self._ask()

    def action_back(self) -> None:
        """From the vetted answer to what was found."""
        self.remove_class("-vetted")
        self.talk.focus()
        self.refresh_bindings()

    async def action_vetted(self) -> None:
        """The vetted answer, or back from it."""
        await self._side(sources=False)

    async def action_passages(self) -> None:
        """The passages behind the vetted answer, or back from them."""
        await self._side(sources=True)

    async def _side(self, *, sources: bool) -> None:
        shown = self.wide or self.has_class("-vetted")
        if shown and self.sources == sources:
            if not self.wide:
                self.action_back()
                return
            sources = not sources
        self.sources = sources
        await self._show_vetted()
        self.add_class("-vetted")
        self.vetted.focus()
        self.refresh_bindings()

    async def action_again(self) -> None:
        """Choose anew."""
        self.session, self.sources = None, False
        await self._show_vetted()
        await self._welcome()
        self._choose()

    @work(name="keep", group="keep", exclusive=True)
    async def action_keep(self) -> None:
        """Keep which questions went how."""
        session, room = self.session, self.room
        if session is None or room is None:
            return
        outcome = await self.attempt(partial(room.past.keep, session, date.today()))
        if isinstance(outcome, Problem):
            self._say(outcome.text, problem=True)
        else:
            self.kept = True
            self._say(self.words("status.kept", file=room.past.file))

    def action_save(self) -> None:
        """Write the session with what was typed; in a browser, download it."""
        from assistant.desk.practice import as_text, export

        session = self.session
        if session is None:
            return
        if self.app.is_web:
            name = self.words("save.suggestion")
            text = as_text(session, Path(name).suffix)
            self.app.deliver_text(StringIO(text), save_filename=name, mime_type="text/csv")
            self._say(self.words("status.downloaded", file=name))
            return

        def write(file: Path, replace: bool) -> None:
            export(session, file, replace=replace)

        def done(file: str | None) -> None:
            if file:
                self._say(self.words("status.exported", file=file))

        self.app.push_screen(FilePrompt(self.words, self.attempt, write), done)
