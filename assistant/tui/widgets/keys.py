"""The footer: what works now, as much of it as fits; help and leaving always stand there."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.widgets._footer import FooterKey

ALWAYS = ("help", "close", "quit")


class Keys(Footer):
    """Textual's footer, without a sideways scroll."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._drawn: list[tuple[str, str, bool]] = []

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Draw again only if other keys work now than before."""
        if screen is self.screen and self.is_attached:
            now = [(a.binding.key, a.binding.description, a.enabled) for a in self._shown().values()]
            if now != self._drawn:
                self._drawn = now
                super().bindings_changed(screen)

    def _shown(self) -> dict[str, ActiveBinding]:
        shown: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.binding.description:
                shown.setdefault(active.binding.id or active.binding.action, active)
        return shown

    def compose(self) -> ComposeResult:
        """As many keys as the width allows."""
        if not self._bindings_ready:
            return
        shown = self._shown()
        always = [shown.pop(name) for name in ALWAYS if name in shown]
        # the padding, and at least a column between the two groups
        room = self.app.size.width - 3 - sum(self._width(a) for a in always)
        for active in shown.values():
            room -= self._width(active)
            if room < 0:
                break
            yield self._key(active)
        yield Static("", classes="gap")
        for active in always:
            yield self._key(active)

    def _width(self, active: ActiveBinding) -> int:
        return len(self.app.get_key_display(active.binding)) + len(active.binding.description) + 3

    def _key(self, active: ActiveBinding) -> FooterKey:
        binding = active.binding
        return FooterKey(
            binding.key,
            self.app.get_key_display(binding),
            binding.description,
            binding.action,
            disabled=not active.enabled,
            tooltip=active.tooltip,
        )

    def on_resize(self, event: events.Resize) -> None:
        """Another width, other room."""
        self.call_after_refresh(self.recompose)
