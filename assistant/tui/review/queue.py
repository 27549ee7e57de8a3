"""The reviewer's screen: the queue, the text beside it, and what a reviewer decides about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.desk.approvals import name_reviewer, reviewer
from assistant.desk.items import Item, State
from assistant.desk.summary import is_ungraded
from assistant.reply import PlainspokenError, Status
from assistant.settings import Settings
from assistant.tui import plain
from assistant.tui.commands import key_of, put_words
from assistant.tui.review.choice import Choice
from assistant.tui.review.text import Text, ending
from assistant.tui.session import Attempt, Problem, ProgressCall
from assistant.tui.staff import StaffScreenWords
from assistant.tui.widgets.keys import Keys
from assistant.tui.widgets.line import Line
from assistant.tui.widgets.status import StatusLine

if TYPE_CHECKING:
    from assistant.desk.review import Desk

WIDE = 110
"""From this width the text stands beside the queue."""
FILTERS = ("all", *(state.value for state in State))
KINDS = ("answer", "passage", "wording", "draft")


class Queue(OptionList, inherit_bindings=False):
    """The texts that are listed. A click chooses one; commands do the rest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "", show=False, id="item_next"),
        Binding("up,k", "cursor_up", "", show=False, id="item_previous"),
        Binding("pagedown,space", "page_down", "", show=False, id="page_down"),
        Binding("pageup", "page_up", "", show=False, id="page_up"),
        Binding("home", "first", "", show=False, id="first"),
        Binding("end", "last", "", show=False, id="last"),
    ]

    def __init__(self, words: StaffScreenWords) -> None:
        super().__init__(id="queue", markup=False)
        put_words(self, words)

    @property
    def chosen(self) -> str:
        """The name of the chosen item; empty where there is none."""
        option = self.highlighted_option
        return option.id or "" if option else ""


class ReviewScreen(Screen[object]):
    """Reads, approves, flags, edits. What is recorded is on the disk before the screen says so."""

    AUTO_FOCUS = "#queue"
    HELP = "help.review"
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (WIDE, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="cancel"),
        Binding("escape,left", "back", "back", id="back"),
        Binding("enter,right", "open", "open", id="open"),
        Binding("a", "approve", "approve", id="approve"),
        Binding("f", "flag", "flag", id="flag"),
        Binding("e", "edit", "edit", id="edit_passage"),
        Binding("g", "grade", "grade", id="grade"),
        Binding("n", "step(1)", "next", id="following"),
        Binding("p", "step(-1)", "", show=False, id="preceding"),
        Binding("t", "kinds", "kinds", id="kinds"),
        Binding("u", "approve_until", "", show=False, id="approve_until"),
        *(
            Binding(f"{n}", f"filter({n})", "", show=False, id=f"filter.{n}")
            for n in range(1, len(FILTERS) + 1)
        ),
    ]

    class Progress(Message):
        """Getting ready has come this far; or so many of all questions are answered."""

        def __init__(self, n: float, of: int = 0, name: str = "") -> None:
            super().__init__()
            self.n = n
            self.of = of
            self.key = name.rpartition(".")[2]

    def __init__(
        self,
        words: StaffScreenWords,
        settings: Settings,
        opener: Callable[[ProgressCall], Desk],
        attempt: Attempt,
        edit: Callable[[Path], None],
    ) -> None:
        super().__init__()
        self.words = words
        self.settings = settings
        self.opener = opener
        self.attempt = attempt
        self.edit = edit
        self.who = reviewer(settings.data)
        self.desk: Desk | None = None
        self.kind, self.filter = KINDS[0], FILTERS[0]
        self.note, self.problem = "", False
        self.progress: ReviewScreen.Progress | None = None
        self.typing = ""
        """What is being typed: a ``name``, why one ``flag``s, or until when one ``approve``s."""
        self.about: Item | None = None
        self._listed: list[str] = []
        self._one_at_a_time = asyncio.Lock()
        put_words(self, words)

    def compose(self) -> ComposeResult:
        """Title, filters, queue and text, a line to type in while it is needed, status, keys."""
        yield Static("", id="title")
        yield Static("", id="filters")
        with Horizontal(id="body"):
            with Vertical(id="queue-column"):
                yield Queue(self.words)
            yield Text(self.words)
        with Vertical(id="typing"):
            yield Static("", id="typing-label")
            yield Line(self.words, self.words("typing.placeholder"), "review-line")
        yield StatusLine()
        yield Keys()

    def on_mount(self) -> None:
        """Paint first; get ready behind it."""
        self.queue = self.query_one(Queue)
        self.text = self.query_one(Text)
        self.line = self.query_one(Line)
        self.sync()
        if not self.who:
            self._type("name")
        self.call_after_refresh(self.open)

    # --- getting ready ---------------------------------------------------------------------------

    @work(name="open", group="open", exclusive=True)
    async def open(self) -> None:
        """Open the desk and ask the whole bank, beside the screen."""
        outcome = await self.attempt(partial(self.opener, self._report))
        if isinstance(outcome, Problem):
            self.say(outcome.text, problem=True)
            return
        self.desk, self.progress = outcome, None
        self.fill()
        asked = await self.attempt(partial(outcome.ask_all, lambda n, of: self._tell(n, of)))
        self.progress = None
        if isinstance(asked, Problem):
            self.say(asked.text, problem=True)
        else:
            self.fill()

    def _report(self, part: float, name: str) -> None:
        """Called from the opening thread."""
        self.post_message(self.Progress(part, name=name))

    def _tell(self, n: int, of: int) -> None:
        """Called from the thread that asks the bank."""
        self.post_message(self.Progress(n, of))

    def on_review_screen_progress(self, event: Progress) -> None:
        """Show how far it is."""
        if event.of and event.n < event.of:
            self.progress = event
            if self.kind == "answer":
                self.fill()
        elif not event.of and self.desk is None:
            self.progress = event
        self.sync()

    # --- what is on screen -----------------------------------------------------------------------

    @property
    def wide(self) -> bool:
        """Whether the text has room beside the queue."""
        return self.app.size.width >= WIDE

    @property
    def item(self) -> Item | None:
        """The chosen item as it now is."""
        return self.desk.get(self.queue.chosen) if self.desk else None

    def _matching(self) -> list[Item]:
        if self.desk is None:
            return []
        found = self.desk.items(self.kind)
        if self.filter == "all":
            return found
        return [item for item in found if item.state(self.desk.today).value == self.filter]

    def fill(self, chosen: str = "") -> None:
        """List what matches; the chosen item stays chosen, or else the one in its place."""
        chosen = chosen or self.queue.chosen
        place = self.queue.highlighted or 0 if self._listed else 0
        found = self._matching()
        names = [item.what for item in found]
        if names[: len(self._listed)] == self._listed and self._listed:
            self.queue.add_options(self._option(item) for item in found[len(self._listed) :])
            for item in found[: len(self._listed)]:
                if item.what == chosen:
                    self.queue.replace_option_prompt(chosen, self._prompt(item))
        else:
            self.queue.clear_options()
            self.queue.add_options(self._option(item) for item in found)
        self._listed = names
        if names:
            at = names.index(chosen) if chosen in names else min(place, len(names) - 1)
            self.queue.highlighted = at
        self.call_later(self._show)
        self.sync()

    def _option(self, item: Item) -> Option:
        return Option(self._prompt(item), id=item.what)

    def _prompt(self, item: Item) -> Content:
        state = State.NEW if self.desk is None else item.state(self.desk.today)
        colour = {
            State.APPROVED: "$success",
            State.FLAGGED: "$error",
            State.CHANGED: "$warning",
            State.EXPIRING: "$warning",
        }.get(state, "$quiet")
        title = item.name if item.kind == "draft" else " ".join(plain.clean(item.title).split())
        width = max(len(self.words(f"filter.{s.value}")) for s in State)
        return Content.assemble((self.words(f"filter.{state.value}").ljust(width), colour), " ", title)

    async def _show(self) -> None:
        await self.text.show(self.item, self.desk)

    def say(self, note: str, *, problem: bool = False) -> None:
        """Say something in the status line until something else is worth saying."""
        self.note, self.problem = plain.clean(note), problem
        self.sync()

    def sync(self) -> None:
        """Bring title, filters, status and keys in line with the state."""
        if not self.is_mounted or not hasattr(self, "queue"):
            return
        words = self.words
        what = words(f"what.{self.kind}")
        about = words("title.about", who=self.who or words("title.nobody"), what=what)
        title = Content.assemble((words("title.name"), "bold $primary"), "  ", (about, "$quiet"))
        self.query_one("#title", Static).update(title)
        self.query_one("#filters", Static).update(self._filters())
        self.set_class(bool(self.typing), "-typing")
        status = self.query_one(StatusLine)
        if self.note:
            status.say(self.note, problem=self.problem)
        elif self.desk is None and self.progress and words.has("progress", self.progress.key):
            status.say(words(f"progress.{self.progress.key}"), progress=self.progress.n)
        elif self.desk is None:
            status.say(words("status.opening"))
        elif self.progress:
            n, of = int(self.progress.n), self.progress.of
            status.say(words("status.replaying", n=n, all=of), progress=n / of)
        elif not self._listed:
            keys = {"first": self._key("filter.1"), "last": self._key(f"filter.{len(FILTERS)}")}
            status.say(words("status.empty", key=self._key("kinds"), **keys))
        else:
            status.say(words("status.ready", n=len(self._listed), key=self._key("help")))
        self.refresh_bindings()

    def _filters(self) -> Content:
        counts = dict.fromkeys(FILTERS, 0)
        if self.desk:
            for item in self.desk.items(self.kind):
                counts["all"] += 1
                counts[item.state(self.desk.today).value] += 1
        parts = []
        for n, name in enumerate(FILTERS, 1):
            style = "bold $primary reverse" if name == self.filter else ""
            label = f" {n} {self.words(f'filter.{name}')} {counts[name]} ".replace(" ", "\N{NO-BREAK SPACE}")
            parts.append(Content.styled(label, style))
        return Content(" ").join(parts)

    def _key(self, binding_id: str) -> str:
        return key_of(self, binding_id, self.words)

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self.call_later(self._show)
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_open()

    def on_resize(self) -> None:
        """Another width, another arrangement."""
        self.call_later(self.sync)

    def on_descendant_focus(self) -> None:
        """Other keys work now."""
        self.refresh_bindings()

    # --- actions ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What works now; the rest is neither in the footer nor in the list of commands."""
        if not self.is_mounted or not hasattr(self, "queue"):
            return False
        item, typing = self.item, bool(self.typing)
        reading = self.focused is self.text
        match action:
            case "cancel":
                return typing and self.typing != "name"
            case "back":
                return not typing and (reading or self.has_class("-reading"))
            case "open":
                return not typing and item is not None and not reading
            case "approve" | "approve_until" | "flag":
                return not typing and item is not None and item.kind != "draft"
            case "grade":
                return not typing and item is not None and item.kind == "draft" and is_ungraded(item)
            case "edit" | "step":
                return not typing and item is not None
            case "kinds" | "filter":
                return not typing and self.desk is not None
        return True

    def action_open(self) -> None:
        """Read the text; the arrows scroll in it."""
        self.add_class("-reading")
        self.call_after_refresh(self.text.focus)

    def action_back(self) -> None:
        """Back to the queue."""
        self.remove_class("-reading")
        self.queue.focus()

    def action_step(self, step: int) -> None:
        """To the next text or the one before."""
        self.note = ""
        if self.queue.highlighted is not None:
            self.queue.highlighted = max(0, min(len(self._listed) - 1, self.queue.highlighted + step))
        self.sync()

    def action_filter(self, n: int) -> None:
        """List only what stands so."""
        self.filter, self.note = FILTERS[n - 1], ""
        self._listed = []
        self.fill()

    def action_kinds(self) -> None:
        """From replies to passages, wording, drafts, and round again."""
        self.kind, self.note = KINDS[(KINDS.index(self.kind) + 1) % len(KINDS)], ""
        self._listed = []
        self.fill()

    def action_approve(self) -> None:
        """Approve the text for as long as the settings say."""
        if self.desk and (item := self.item):
            self._approve(item, self.desk.end(), "")

    def action_approve_until(self) -> None:
        """Approve the text until a date, with a comment."""
        self._type("approve")

    def action_flag(self) -> None:
        """Say what is wrong with it."""
        self._type("flag")

    def action_cancel(self) -> None:
        """Leave the line without a change."""
        self._typed_it()

    def _type(self, what: str) -> None:
        self.typing, self.about = what, self.item
        until = (self.desk.end() if self.desk else None) or date.today()
        self.query_one("#typing-label", Static).update(Content(self.words(f"typing.{what}", until=until)))
        self.line.put("")
        self.note = ""
        self.sync()
        self.line.focus()

    def _typed_it(self) -> None:
        self.typing = ""
        (self.text if self.has_class("-reading") else self.queue).focus()
        self.sync()

    @on(Line.Sent)
    def _typed(self, event: Line.Sent) -> None:
        what, item, text = self.typing, self.about, event.text
        if what == "name":
            try:
                self.who = name_reviewer(self.settings.data, text)
            except PlainspokenError as error:
                self.say(str(error), problem=True)
                return
            self._typed_it()
            self.say(self.words("status.named", who=self.who))
        elif what == "flag" and item and self.desk:
            if not text:
                self.say(self.words("status.needs_note"), problem=True)
                return
            self._typed_it()
            self._record(item, partial(self.desk.flag, item, self.who, text), "status.flagged")
        elif what == "approve" and item and self.desk:
            day, _, note = text.partition(" ")
            try:
                expires = None if day.strip(",.").lower() == "never" else date.fromisoformat(day.strip(",."))
            except ValueError:
                self.say(self.words("status.no_date", until=self.desk.today), problem=True)
                return
            self._typed_it()
            self._approve(item, expires, note)

    def _approve(self, item: Item, expires: date | None, note: str) -> None:
        if self.desk is None:
            return
        mine = any(a.by.casefold() == self.who.casefold() for a in item.in_force(self.desk.today))
        if item.needed > 1 and mine and len(item.in_force(self.desk.today)) < item.needed:
            self.say(self.words("status.two"), problem=True)
            return
        self._record(
            item, partial(self.desk.approve, item, self.who, expires, note), "status.approved", expires
        )

    @work(name="record", group="record")
    async def _record(
        self, item: Item, write: Callable[[], None], said: str, expires: date | None = None
    ) -> None:
        """Write a record, one after the other, and go on to the next text."""
        async with self._one_at_a_time:
            if item.kind != "answer":
                self.say(self.words("status.renewing"))
            outcome = await self.attempt(write)
            if isinstance(outcome, Problem):
                self.say(outcome.text, problem=True)
                return
            place = self.queue.highlighted or 0
            here = self.queue.chosen == item.what
            self.fill()
            title = " ".join(item.title.split())
            self.say(self.words(said, title=title, until=ending(expires, self.words)))
            if here and self.queue.chosen == item.what and place + 1 < len(self._listed):
                self.queue.highlighted = place + 1

    def action_grade(self) -> None:
        """Give a draft its grade."""
        desk, item = self.desk, self.item
        if desk is None or item is None:
            return
        grades = list(Status)

        def chosen(n: int | None) -> None:
            if n is not None:
                self._change(partial(desk.grade, item, grades[n]), item, "status.graded")

        options = [plain.grade(self.words, grade) for grade in grades]
        self.app.push_screen(Choice(self.words, self.words("typing.grade"), options), chosen)

    def action_edit(self) -> None:
        """Open what stands behind the text in the editor."""
        desk, item = self.desk, self.item
        if desk is None or item is None:
            return
        if item.kind != "answer":
            self._edit(item, item.file, item.what)
            return
        found = desk.passages_behind(item)

        def chosen(n: int | None) -> None:
            if n is not None:
                self._edit(item, found[n].file, f"passage:{found[n].id}")

        if not found:
            self.say(self.words("status.nothing_to_edit"))
        elif len(found) == 1:
            chosen(0)
        else:
            titles = [passage.title for passage in found]
            self.app.push_screen(Choice(self.words, self.words("typing.edit"), titles), chosen)

    def _edit(self, item: Item, file: Path, what: str) -> None:
        """Let the reviewer edit a file; the screen stands aside meanwhile."""
        desk = self.desk
        if desk is None:
            return
        try:
            before = file.read_bytes()
            with self.app.suspend():
                self.edit(file)
            same = file.read_bytes() == before
        except PlainspokenError as error:
            self.say(str(error), problem=True)
        except (OSError, SuspendNotSupported) as error:
            self.say(self.words("status.failed", problem=error), problem=True)
        else:
            if same:
                self.say(self.words("status.not_edited"))
            else:
                self._change(partial(_again, desk, what), item, "status.edited")

    @work(name="change", group="record")
    async def _change(self, change: Callable[[], None], item: Item, said: str) -> None:
        """Do what changes a file or follows from a change, and list anew."""
        async with self._one_at_a_time:
            self.say(self.words("status.renewing"))
            outcome = await self.attempt(change)
            self._listed = []
            self.fill()
            if isinstance(outcome, Problem):
                self.say(outcome.text, problem=True)
            else:
                self.say(self.words(said, title=" ".join(item.title.split())))


def _again(desk: Desk, what: str) -> None:
    desk.reload()
    desk.ask_again(what)
