"""The chat: one conversation, the evidence beside it, and the line where one types.

Actions only decide and schedule. What changes the screen and has to wait for it runs in this screen's
own message queue (``call_later``), one after the other, so that no two changes ever interleave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from assistant.conversation_file import Keeper, Saved
from assistant.evidence.corpus import Passage
from assistant.reply import PlainspokenError
from assistant.tui import plain
from assistant.tui.answering import Answering
from assistant.tui.commands import key_of, put_words
from assistant.tui.session import Attempt, Consultant, ProgressCall, Session, State, Turn
from assistant.tui.sheet import SheetScreen
from assistant.tui.widgets.contacts import Contacts
from assistant.tui.widgets.conversation import Conversation
from assistant.tui.widgets.evidence import Evidence
from assistant.tui.widgets.exchange import Exchange
from assistant.tui.widgets.find import Find
from assistant.tui.widgets.keys import Keys
from assistant.tui.widgets.question_input import QuestionInput
from assistant.tui.widgets.status import StatusLine
from assistant.tui.widgets.welcome import Starters, Welcome
from assistant.tui.words import Words

WIDE = 110
"""From this width the evidence stands beside the conversation."""


class ChatScreen(Answering):
    """Asks, shows, and keeps what was asked whatever happens."""

    AUTO_FOCUS = "#input"
    HELP = "help.chat"
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (WIDE, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close_find", "close", id="close_find"),
        Binding("escape", "stop", "stop", id="stop"),
        Binding("escape", "back", "back", id="back"),
        Binding("escape", "read", "read", id="read"),
        Binding("ctrl+r", "retry", "retry", id="retry"),
        Binding("escape,i,enter", "write", "write", id="write"),
        Binding("f2", "evidence", "evidence", id="evidence"),
        Binding("f4,s", "sheet", "sheet", id="sheet"),
        Binding("f8,a", "list", "list", id="list"),
        Binding("f5,c", "copy", "copy", id="copy"),
        Binding("ctrl+f,slash", "find", "", show=False, id="find"),
        Binding("ctrl+c", "copy_selection", "", show=False, id="copy_selection"),
        Binding("j", "move(1)", "", show=False, id="next"),
        Binding("k", "move(-1)", "", show=False, id="previous"),
        *(Binding(f"{n}", f"starter({n})", "", show=False, id=f"starter.{n}") for n in range(1, 10)),
        *(Binding(f"{n}", f"cite({n})", "", show=False, id=f"cite.{n}") for n in range(1, 10)),
        Binding("ctrl+n", "new", "", show=False, id="new"),
    ]

    def __init__(
        self,
        words: Words,
        opener: Callable[[ProgressCall], Consultant],
        attempt: Attempt,
        saved: Saved | None = None,
        keeper: Keeper | None = None,
        notice: tuple[str, ...] = (),
    ) -> None:
        super().__init__(words, opener, attempt)
        self.notice = notice
        self.saved = saved or Saved()
        self.keeper = keeper
        self.note = ""
        self.beside = True  # on a wide screen: the evidence is shown
        self.instead = False  # on a narrow screen: it stands in the conversation's place
        put_words(self, words)

    def compose(self) -> ComposeResult:
        """Title, contacts, conversation with the input, evidence, status, keys."""
        words = self.words
        name, about = words("title.name"), words("title.about")
        title = Content.assemble((name, "bold $primary"), "  ", (about, "$quiet"))
        with Horizontal(id="title"):
            yield Static(title, id="title-words")
            yield Static("", id="sheet-count")
        yield Contacts(words)
        if self.notice:
            yield Static(Content(plain.clean(" ".join(self.notice))), id="model")
        with Horizontal(id="body"):
            with Vertical(id="column"):
                conversation = Conversation(words)
                yield conversation
                with Vertical(id="foot"):
                    yield Find(words, conversation)
                    yield QuestionInput(words)
            yield Evidence(words)
        yield StatusLine()
        yield Keys()

    async def on_mount(self) -> None:
        """Paint first; get ready behind it. Questions of a saved conversation wait as if just asked."""
        self.conversation = self.query_one(Conversation)
        self.evidence = self.query_one(Evidence)
        self.input = self.query_one(QuestionInput)
        self.finder = self.query_one(Find)
        self.evidence.say_how_to_leave(self._key("back"))
        self.session.sheet = self.saved.sheet
        for text in self.saved.questions:
            await self.conversation.add(self.session.ask(text, again=True))
        if self.session.turns:
            self._choose(self.session.turns[-1])
        self.sync()
        self.call_after_refresh(self.open)

    def show_sofar(self, turn: Turn) -> None:
        """Show the sentences that are ready."""
        if turn in self.session.turns:
            self._exchange(turn).show()

    # --- what came of a question -------------------------------------------------------------------

    async def landed(self, turn: Turn) -> None:
        """Show what came of a question and go on with the next."""
        if turn not in self.session.turns:
            return
        reply = turn.reply
        self._exchange(turn).show()
        if reply and reply.kind.is_danger:
            self.query_one(Contacts).display = True
            while self.app.screen is not self:  # nothing may cover whom to call
                self.app.pop_screen()
        if reply and not turn.again:
            self.session.change(self.session.sheet.with_reply(reply))
        self._sheet_changed()
        self._find_again()
        without = reply.trace.model.get("problem") if reply else ""
        if without:
            self.note = self.words("model.without", problem=plain.clean(without))
        if self.focused is self.input or self.session.selected is turn:
            self.session.selected = turn
            self.conversation.choose(turn)
            await self._show_evidence()
        elif not without:
            self.note = self.words("status.note_new" if reply else "status.note_failed")
        self.answer_next()

    @on(QuestionInput.Sent)
    @on(Welcome.Chosen)
    async def _ask(self, event: QuestionInput.Sent | Welcome.Chosen) -> None:
        """Show the question at once; answer it when ready."""
        self.note = "" if event.text else self.words("status.empty")
        if event.text:
            turn = self.session.ask(event.text)
            self.input.last_question = event.text
            self.instead = False
            await self.conversation.add(turn)
            self._keep()
            self._choose(turn)
            self.input.focus()
            if self.not_ready:
                self.open()
        self.answer_next()

    # --- what is on screen -----------------------------------------------------------------------

    @property
    def wide(self) -> bool:
        """Whether the evidence has room beside the conversation."""
        return self.app.size.width >= WIDE

    @property
    def passages_shown(self) -> bool:
        """Whether the evidence is on screen."""
        if not any(t.reply for t in self.session.turns):
            return False
        return self.beside if self.wide else self.instead

    def _key(self, binding_id: str) -> str:
        return key_of(self, binding_id, self.words)

    def _exchange(self, turn: Turn) -> Exchange:
        exchange = self.conversation.exchange(turn)
        exchange.retry_key, exchange.sheet_key = self._key("retry"), self._key("sheet")
        return exchange

    def show_waiting(self) -> None:
        """Each question in the queue says why it waits."""
        for turn in self.session.turns:
            if turn.pending:
                self._exchange(turn).show(queued=self.consultant is not None)

    def _choose(self, turn: Turn | None, *, scroll: bool = True) -> None:
        self.session.selected = turn
        self.conversation.choose(turn, scroll=scroll)

    async def _show_evidence(self) -> None:
        passages = self.consultant.passages if self.consultant else {}
        await self.evidence.show(self.session.selected, passages)

    def sync(self) -> None:
        """Bring status line, panel and keys in line with the state."""
        if not self.is_mounted or not self.is_attached:
            return
        words, progress, shown = self.words, self.progress, self.passages_shown
        self.set_class(shown, "-evidence")
        sheet = self.session.sheet
        if self.consultant:  # a saved sheet may name passages that are no longer served
            sheet = sheet.known(self.consultant.passages)
        key, items = self._key("sheet"), len(sheet)
        count = Content(words("title.sheet", n=items, key=key)).stylize(
            Style.from_meta({"@click": "screen.sheet"})
        )
        self.query_one("#sheet-count", Static).update(count)
        self.input.offers_numbers = self.conversation.welcoming
        status = self.query_one(StatusLine)
        if self.note:
            status.say(self.note)
        elif self.not_ready:
            again = words("status.not_ready_again", key=self._key("retry"))
            status.say(f"{words('status.not_ready', problem=self.not_ready)} {again}", problem=True)
        elif self.consultant is None and progress:
            known = words.has("progress", progress.key)
            line = words(f"progress.{progress.key}" if known else "status.warming")
            status.say(line, progress=progress.fraction)
        elif self.consultant is None:
            status.say(words("status.warming"))
        elif self.session.asking:
            status.say(words("status.asking", key=self._key("stop")))
        else:
            status.say("")
        self.refresh_bindings()

    def on_resize(self, event: events.Resize) -> None:
        """Another width may move the evidence. A size that is no longer true is left aside: where two sizes
        come at once, Textual would lay out the one and the other in turn, for ever."""
        if event.size != self.app.size:
            event.prevent_default()
        self.call_later(self.sync)

    def on_descendant_focus(self) -> None:
        """Other keys work now."""
        self.refresh_bindings()

    def on_text_area_changed(self) -> None:
        """A hint has done its work once someone types; and digits become digits."""
        if self.input.text and self.note:
            self.note = ""
            self.sync()
        elif len(self.input.text) < 2:
            self.refresh_bindings()

    def on_exchange_chosen(self, event: Exchange.Chosen) -> None:
        """Choose by mouse; the view stays where it is."""
        if event.turn is not self.session.selected:
            self.show_turn(event.turn, scroll=False)

    def on_conversation_move(self, event: Conversation.Move) -> None:
        """Read on past the end of a reply."""
        self.action_move(event.step)

    @on(QuestionInput.Leave)
    def _into_starters(self, event: QuestionInput.Leave) -> None:
        if self.conversation.welcoming:
            starters = self.query_one(Starters)
            starters.focus()
            starters.highlighted = starters.option_count - 1 if event.up else 0
        else:
            self.conversation.focus()

    @on(Starters.Leave)
    def _out_of_starters(self) -> None:
        self.action_write()

    def show_turn(self, turn: Turn, *, scroll: bool = True) -> None:
        """Make ``turn`` the chosen one, in the conversation and in the evidence."""
        self.note = ""
        self._choose(turn, scroll=scroll)
        self.call_later(self._show_evidence)
        self.sync()

    # --- actions ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What works now; the rest is neither in the footer nor in the list of commands."""
        session = self.session
        if not self.is_mounted or not hasattr(self, "finder"):
            return False
        match action, parameters:
            case "stop", _:
                return session.stoppable is not None
            case "back", _:
                return self.passages_shown and not self.wide
            case "retry", _:
                return bool(self.not_ready or session.retryable)
            case "starter", (int() as n,):
                return self.conversation.welcoming and n <= len(self.words.lines("welcome.starters"))
            case "cite", (int() as n,):
                chosen = session.selected
                return bool(chosen and chosen.reply and n <= len(chosen.reply.citations))
            case (("move" | "new"), _):
                return bool(session.turns)
            case "evidence", _:
                return any(t.reply for t in session.turns)
            case "copy", _:
                return session.copyable is not None
            case "list", _:
                return session.listable is not None
            case "find", _:
                return bool(session.turns)
            case "close_find", _:
                return self.finder.looking
            case "write", _:
                return self.focused is not self.input
            case "read", _:
                return self.focused is self.input
        return True

    def action_stop(self) -> None:
        """Stop a question; it stays on screen and can be asked again."""
        if turn := self.session.stoppable:
            self.note = self.words("status.stopped")
            self.stop(turn)
            self.call_later(lambda: self._exchange(turn).show())

    def action_back(self) -> None:
        """From the evidence to the conversation."""
        self.instead = False
        self.sync()
        self.input.focus()

    def action_read(self) -> None:
        """From typing to the conversation, or to the suggestions."""
        (self.query_one(Starters) if self.conversation.welcoming else self.conversation).focus()

    def action_write(self) -> None:
        """Back to the input."""
        if self.finder.looking:
            self.action_close_find()
        self.instead = False
        self.sync()
        self.input.focus()

    def action_retry(self) -> None:
        """Get ready again, or ask again what failed or was stopped."""
        self.note = ""
        if self.not_ready:
            self.open()
        elif turn := self.session.retryable:
            turn.wait_again()
            self._choose(turn)
            self.call_later(self.answer_next)

    def action_move(self, step: int) -> None:
        """To the next reply or the one before."""
        if turn := self.session.neighbour(step):
            self.show_turn(turn)

    def action_starter(self, n: int) -> None:
        """Ask suggestion ``n``."""
        self.query_one(Welcome).choose(n)

    def action_evidence(self) -> None:
        """Show or hide the passages."""
        if self.wide:
            self.beside = not self.beside
        else:
            self.instead = not self.instead
        self.sync()
        self.call_after_refresh((self.evidence if self.passages_shown else self.input).focus)

    def action_cite(self, n: int) -> None:
        """Open source ``n`` of the chosen reply."""
        self.beside = self.instead = True
        self.sync()
        self.call_later(self.evidence.open, n)
        if not self.wide:
            self.call_after_refresh(self.evidence.focus)

    def action_cite_in(self, number: int, n: int) -> None:
        """Open a source by a click on its mark."""
        if turn := self.session.get(number):
            if turn is not self.session.selected:
                self.show_turn(turn, scroll=False)
            self.action_cite(n)

    # --- the sheet, finding, keeping --------------------------------------------------------------

    def action_sheet(self) -> None:
        """Open the consultation sheet."""
        screen = SheetScreen(self.words, self.session, self._served, self.attempt, self._sheet_changed)
        screen.contacts_shown = bool(self.query_one(Contacts).display)
        screen.kept = self.keeper is not None
        self.app.push_screen(screen)

    def _served(self) -> Mapping[str, Passage]:
        return self.consultant.passages if self.consultant else {}

    def action_list(self) -> None:
        """Put the question of the chosen reply on the sheet, with the passages behind the reply."""
        turn = self.session.listable
        if turn and turn.reply:
            cited = (c.passage for c in turn.reply.citations)
            self.session.change(self.session.sheet.asking(turn.text).learning(*cited))
            self._sheet_changed()
            self._say("status.listed", key=self._key("sheet"))

    def _sheet_changed(self) -> None:
        """Show it in the bar, in the conversation and on the open sheet; keep it where that was asked for."""
        for turn in self.session.turns:
            self._exchange(turn).mark_listed(bool(turn.reply) and self.session.on_sheet(turn))
        for screen in self.app.screen_stack:
            if isinstance(screen, SheetScreen):
                screen.show()
        self._keep()
        self.sync()

    def _keep(self) -> None:
        """Write the conversation down where that was asked for."""
        if self.keeper and not any(t.again and t.pending for t in self.session.turns):
            asked = [t.text for t in self.session.turns if t.state is not State.STOPPED]
            try:
                self.keeper.write(asked, self.session.sheet)
            except PlainspokenError as error:
                self.note = plain.clean(str(error))

    def action_find(self) -> None:
        """Look for words in the conversation."""
        self.add_class("-finding")
        self.finder.open()
        self._find_again()

    def action_close_find(self) -> None:
        """Stop looking; the reply that was found stays chosen."""
        self.remove_class("-finding")
        self.finder.close()
        self._find_again()
        self.conversation.focus()

    @on(Find.Sought)
    def _find_again(self) -> None:
        """Look once more, as something is typed or a reply has come."""
        self.finder.again(self.session.selected)

    @on(Find.Step)
    def _find_on(self, event: Find.Step) -> None:
        """Go on to a place that fits."""
        turn = self.finder.neighbour(self.session.selected, event.step)
        if turn and self.finder.sought:
            self.show_turn(turn, scroll=False)
            self._find_again()
            place = self._exchange(turn), self.finder.sought
            self.call_after_refresh(self.conversation.to_match, *place)

    # --- copying and beginning again ---------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the chosen reply with its sources."""
        if turn := self.session.copyable:
            self.app.copy_to_clipboard(plain.as_text(turn, self.words))
            self._say("status.copied")

    def action_copy_selection(self) -> None:
        """Copy what the mouse has marked."""
        marked = self.get_selected_text()
        if marked:
            self.app.copy_to_clipboard(marked)
            self._say("status.copied_selection")
        else:
            self._say("status.nothing_marked", copy=self._key("copy"), quit=self._key("quit"))

    def _say(self, name: str, **values: object) -> None:
        self.note = self.words(name, **values)
        self.sync()

    def action_new(self) -> None:
        """Clear the conversation; contacts that were shown stay."""
        self.workers.cancel_group(self, "answer")
        if asking := self.session.asking:
            asking.halt.set()
        self.session = Session()
        self.call_later(self._emptied)

    async def _emptied(self) -> None:
        await self.conversation.empty()
        self.session.selected = None
        self.instead, self.input.last_question = False, ""
        self.remove_class("-finding")
        self.finder.close()
        self._find_again()
        await self._show_evidence()
        self.input.focus()
        self._say("status.cleared")
