"""The conversation: a readable column of questions and replies."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message

from assistant.tui.commands import put_words
from assistant.tui.session import Turn
from assistant.tui.widgets.exchange import Exchange
from assistant.tui.widgets.welcome import Welcome
from assistant.tui.words import Words


class Conversation(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Questions at the top of the view, long replies read on with the arrow."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "read(1)", "", show=False, id="read_on"),
        Binding("up", "read(-1)", "", show=False, id="read_back"),
        Binding("pagedown,space", "page_down", "", show=False, id="page_down"),
        Binding("pageup", "page_up", "", show=False, id="page_up"),
        Binding("home", "scroll_home", "", show=False, id="first"),
        Binding("end", "scroll_end", "", show=False, id="last"),
        Binding("left", "part('you')", "", show=False, id="to_question"),
        Binding("right", "part('assistant')", "", show=False, id="to_answer"),
    ]

    class Move(Message):
        """The reader goes on to a neighbouring exchange."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, words: Words) -> None:
        super().__init__(id="conversation")
        self.words = words
        put_words(self, words)

    def compose(self) -> ComposeResult:
        """It begins with the welcome."""
        yield Welcome(self.words)

    async def add(self, turn: Turn) -> Exchange:
        """Show a new turn at once."""
        self.query_one(Welcome).display = False
        exchange = Exchange(turn, self.words)
        await self.mount(exchange)
        return exchange

    async def empty(self) -> None:
        """Back to the welcome."""
        await self.query(Exchange).remove()
        self.query_one(Welcome).display = True
        self.scroll_home(animate=False)

    @property
    def welcoming(self) -> bool:
        """Whether the suggestions are on screen."""
        return bool(self.query_one(Welcome).display)

    def exchange(self, turn: Turn) -> Exchange:
        """Where a turn is shown."""
        return self.query_one(f"#turn-{turn.number}", Exchange)

    def choose(self, turn: Turn | None, *, scroll: bool = True) -> None:
        """Mark a turn as the chosen one and bring its question to the top."""
        for exchange in self.query(Exchange):
            chosen = exchange.turn is turn
            exchange.mark(chosen)
            if chosen and scroll:
                # the reply has to be laid out before its place is known: two refreshes
                self.call_after_refresh(self.call_after_refresh, self._to_top, exchange)

    def _to_top(self, exchange: Exchange) -> None:
        if exchange.is_attached:
            self.scroll_to_widget(exchange, top=True, animate=False, force=True)

    @property
    def chosen(self) -> Exchange | None:
        """The exchange that is marked."""
        return next((e for e in self.query(Exchange) if e.has_class("-chosen")), None)

    def find(self, sought: re.Pattern[str] | None) -> list[Turn]:
        """Mark every place that fits; the turns that hold one."""
        return [exchange.turn for exchange in self.query(Exchange) if exchange.find(sought)]

    def to_match(self, exchange: Exchange, sought: re.Pattern[str]) -> None:
        """Bring the first place that fits into view."""
        for part in exchange.query(".question, .reply, .sources"):
            for y in range(part.size.height if part.display else 0):
                if sought.search(part.render_line(y).text):
                    view = self.content_region
                    step = part.region.y + y - view.y - view.height // 3
                    self.scroll_relative(y=step, animate=False, force=True)
                    return

    def action_part(self, who: str) -> None:
        """To the question, or to the answer, of the chosen exchange."""
        if self.chosen:
            part = self.chosen.query_one(f".{who}")
            if part.display:
                self.scroll_to_widget(part, top=True, animate=False, force=True)

    def action_read(self, step: int) -> None:
        """Scroll inside a long reply; at its end go to the next."""
        chosen = self.chosen
        if chosen is None:
            self.scroll_relative(y=step, animate=False)
            return
        seen, view = chosen.region, self.content_region
        more = seen.bottom > view.bottom if step > 0 else seen.y < view.y
        if more and 0 <= self.scroll_y + step <= self.max_scroll_y:
            self.scroll_relative(y=step * max(1, view.height // 3), animate=False)
        else:
            self.post_message(self.Move(step))

    def action_page_down(self) -> None:
        """A page down, without gliding."""
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """A page up, without gliding."""
        self.scroll_page_up(animate=False)
