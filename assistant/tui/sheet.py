"""The consultation sheet on screen: read, add, put in other words, move, remove, save."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.sheet import Format, Sheet, Shown, as_text, render, words_of
from assistant.sheet_file import save
from assistant.tui import plain
from assistant.tui.commands import key_of, put_words
from assistant.tui.save import FilePrompt
from assistant.tui.session import Attempt, Session
from assistant.tui.widgets.contacts import Contacts
from assistant.tui.widgets.evidence import COLOURS
from assistant.tui.widgets.keys import Keys
from assistant.tui.widgets.line import Line
from assistant.tui.widgets.status import StatusLine
from assistant.tui.words import Words

if TYPE_CHECKING:
    from assistant.evidence.corpus import Passage


class Items(OptionList, inherit_bindings=False):
    """What is on the sheet. A click chooses an item; commands do the rest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "", show=False, id="item_next"),
        Binding("up,k", "cursor_up", "", show=False, id="item_previous"),
        Binding("pagedown,space", "page_down", "", show=False, id="page_down"),
        Binding("pageup", "page_up", "", show=False, id="page_up"),
        Binding("home", "first", "", show=False, id="first"),
        Binding("end", "last", "", show=False, id="last"),
    ]

    def __init__(self, words: Words) -> None:
        super().__init__(id="items", markup=False)
        put_words(self, words)

    @property
    def number(self) -> int:
        """The number of the chosen item; 0 where there is none."""
        option = self.highlighted_option
        return int(option.id or 0) if option else 0


class SheetScreen(Screen[object]):
    """The sheet of the conversation. Changes are kept in the session at once; a file is only written on demand."""

    AUTO_FOCUS = "#items"
    HELP = "help.sheet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="cancel"),
        Binding("escape,f4,q", "close", "close", id="close"),
        Binding("a,f8", "add", "add", id="add"),
        Binding("e,enter", "edit", "edit", id="edit"),
        Binding("s,ctrl+s", "save", "save", id="save"),
        Binding("x,delete", "remove", "remove", id="remove"),
        Binding("u,shift+up", "move(-1)", "up", id="item_up"),
        Binding("d,shift+down", "move(1)", "down", id="item_down"),
        Binding("z,ctrl+z", "undo", "undo", id="undo"),
        Binding("c,f5", "copy", "", show=False, id="copy_sheet"),
    ]

    def __init__(
        self,
        words: Words,
        session: Session,
        passages: Callable[[], Mapping[str, Passage]],
        attempt: Attempt,
        changed: Callable[[], None],
    ) -> None:
        super().__init__()
        self.words = words
        self.session = session
        self.passages = passages
        self.attempt = attempt
        self.changed = changed
        self.contacts_shown = False
        self.kept = False
        """Whether the conversation is kept in a file, and the sheet with it."""
        self.editing: int | None = None
        """The item whose words are being changed; 0 for a new one."""
        put_words(self, words)

    def compose(self) -> ComposeResult:
        """Title, items, a line to type in while it is needed, status, keys."""
        title = self.words.wording.line("sheet.page.title").text
        yield Static(Content.styled(title, "bold $primary"), id="title")
        contacts = Contacts(self.words)
        contacts.display = self.contacts_shown
        yield contacts
        yield Items(self.words)
        with Vertical(id="typing"):
            yield Static("", id="typing-label")
            yield Line(self.words, self.words("sheet.placeholder"), "item-line")
        yield StatusLine()
        yield Keys()

    def on_mount(self) -> None:
        """Show what is there."""
        self.items = self.query_one(Items)
        self.line = self.query_one(Line)
        self.show(1)

    # --- what is on screen -----------------------------------------------------------------------

    def show(self, number: int = 0, note: str = "") -> None:
        """Draw the sheet as it now is, with item ``number`` chosen; nothing before there is a place for it."""
        if not hasattr(self, "items"):
            return
        number = number or self.items.number
        self.items.clear_options()
        self.items.add_options(self._options())
        numbers = [int(o.id) for o in self.items.options if o.id]
        if numbers:
            nearest = min(numbers, key=lambda n: (abs(n - number), n))
            self.items.highlighted = self.items.get_option_index(str(nearest))
        self.set_class(self.editing is not None, "-typing")
        self.query_one(StatusLine).say(note or self.words("sheet.kept" if self.kept else "sheet.status"))
        self.refresh_bindings()

    def _view(self) -> Shown:
        return words_of(self.session.sheet, self.passages(), self.words.wording, date.today())

    def _options(self) -> list[Option]:
        view = self._view()

        def heading(text: str) -> Option:
            return Option(Content.assemble("\n", (text, "bold $primary")), disabled=True)

        def item(n: int, content: Content) -> Option:
            return Option(Content.assemble((f"{n}. ", "bold"), content), id=str(n))

        options = [heading(view.opening_title)]
        options += [Option(Content(f"\N{BULLET} {question}"), disabled=True) for question in view.opening]
        options.append(heading(view.own_title))
        options += [item(n, Content(plain.clean(q))) for n, q in enumerate(view.own, 1)]
        options += [] if view.own else [Option(Content.styled(view.none_own, "$quiet"), disabled=True)]
        options.append(heading(view.learned_title))
        options += (
            [] if view.learned else [Option(Content.styled(view.none_learned, "$quiet"), disabled=True)]
        )
        for learned in view.learned:
            n = len(view.own) + self.session.sheet.learned.index(learned.passage) + 1
            colour = COLOURS[self.passages()[learned.passage].status]
            title = Content.styled(plain.clean(learned.title), "bold")
            grade = Content.styled(learned.grade, f"${colour}")
            texts = map(plain.clean, filter(None, [learned.text, learned.limits, learned.section]))
            options.append(item(n, Content("\n").join([title, grade, *map(Content, texts), Content("")])))
        return options

    @on(OptionList.OptionHighlighted)
    def _chosen(self) -> None:
        self.refresh_bindings()

    # --- actions ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What works now."""
        if not self.is_mounted or not hasattr(self, "items"):
            return False
        typing, number, sheet = self.editing is not None, self.items.number, self.session.sheet
        own = len(sheet.questions)
        match action, parameters:
            case "cancel", _:
                return typing
            case "send", _:
                return typing
            case "edit", _:
                return not typing and 0 < number <= own
            case "move", (int() as step,):
                first, last = (1, own) if number <= own else (own + 1, len(sheet))
                return not typing and bool(number) and first <= number + step <= last
            case "remove", _:
                return not typing and bool(number)
            case "undo", _:
                return not typing and self.session.can_undo
            case (("add" | "close" | "save" | "copy"), _):
                return not typing
        return True

    def action_close(self) -> None:
        """Back to the conversation."""
        self.dismiss()

    def _type(self, number: int, text: str) -> None:
        self.editing = number
        label = "sheet.editing" if number else "sheet.adding"
        self.query_one("#typing-label", Static).update(Content(self.words(label, n=number)))
        self.line.put(text)
        self.show(number)
        self.line.focus()

    def action_add(self) -> None:
        """Type a new question."""
        self._type(0, "")

    def action_edit(self) -> None:
        """Put a question in other words."""
        number = self.items.number
        self._type(number, self.session.sheet.questions[number - 1])

    def action_cancel(self) -> None:
        """Leave the line without a change."""
        self.editing = None
        self.items.focus()
        self.show()

    @on(Line.Sent)
    def _typed(self, event: Line.Sent) -> None:
        if self.editing is None:
            return
        sheet, number = self.session.sheet, self.editing
        if event.text:
            sheet = sheet.edited(number, event.text) if number else sheet.asking(event.text)
        self.editing = None
        self.items.focus()
        self._change(sheet, number or len(sheet.questions))

    def _change(self, sheet: Sheet, number: int, note: str = "") -> None:
        self.session.change(sheet)
        self.changed()
        self.show(number, note)

    def action_move(self, step: int) -> None:
        """Move an item up or down among its like."""
        number = self.items.number
        self._change(self.session.sheet.moved(number, number + step), number + step)

    def action_remove(self) -> None:
        """Take an item off the sheet."""
        number = self.items.number
        note = self.words("sheet.removed", key=self._key("undo"))
        self._change(self.session.sheet.without(number), number, note)

    def _key(self, binding_id: str) -> str:
        return key_of(self, binding_id, self.words)

    def action_undo(self) -> None:
        """Take back the last change."""
        self.session.undo()
        self.changed()
        self.show(note=self.words("sheet.undone"))

    def action_copy(self) -> None:
        """Copy the whole sheet as text."""
        self.app.copy_to_clipboard(as_text(self._view()))
        self.show(note=self.words("sheet.copied"))

    def action_save(self) -> None:
        """Ask where to save, and save there; a browser downloads it, and nothing is written here."""
        if self.app.is_web:
            view, name = self._view(), self.words("save.suggestion")
            page = render(view, Format.of(Path(name)))
            self.app.deliver_text(StringIO(page), save_filename=name, encoding="utf-8")
            self.show(note=self.words("sheet.downloaded", file=name))
            return

        def write(file: Path, replace: bool) -> None:
            save(self.session.sheet, file, self.passages(), self.words.wording, replace=replace)

        self.app.push_screen(FilePrompt(self.words, self.attempt, write), self._saved)

    def _saved(self, file: str | None) -> None:
        if file:
            self.show(note=self.words("sheet.saved", file=plain.clean(file)))
