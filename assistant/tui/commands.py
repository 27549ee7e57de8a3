"""Commands: a binding with an id is one, everywhere. Its words come from ``screen.keys``; footer,
command palette and help are made from the bindings, so none of them can go stale."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.keys import Keys
from textual.screen import Screen

from assistant.reply import PlainspokenError
from assistant.tui.words import Words


@dataclass(frozen=True)
class Command:
    """Something a person can do: where it lives, its bindings and its words."""

    node: DOMNode
    bindings: tuple[Binding, ...]
    label: str
    help: str

    @property
    def binding(self) -> Binding:
        """The first of its bindings."""
        return self.bindings[0]


def words_for(binding: Binding, words: Words) -> tuple[str, str]:
    """Label and help of a binding; the id ``cite.2`` has the words of ``cite``, with 2 filled in."""
    name, _, n = (binding.id or "").partition(".")
    return words(f"keys.{name}.label", n=n).strip(), words(f"keys.{name}.help", n=n)


def put_words(node: DOMNode, words: Words) -> None:
    """Give the bindings of ``node`` that have an id their label and tooltip."""

    def worded(binding: Binding) -> Binding:
        if binding.id is None:
            return binding
        label, tooltip = words_for(binding, words)
        return replace(binding, description=label, tooltip=tooltip)

    keys = {k: [worded(b) for b in found] for k, found in node._bindings.key_to_bindings.items()}
    node._bindings = BindingsMap.from_keys(keys)


def commands(screen: Screen[object]) -> list[Command]:
    """Every command within reach of ``screen``, in the order of the house: app, screen, widgets."""
    found: dict[tuple[DOMNode, str], list[Binding]] = {}
    for node in (screen.app, screen, *screen.walk_children()):
        bindings = node._bindings.copy()
        bindings.apply_keymap(screen.app._keymap)
        for _, binding in bindings:
            if binding.id:
                found.setdefault((node, binding.id), []).append(binding)
    return [Command(node, tuple(bs), bs[0].description, bs[0].tooltip) for (node, _), bs in found.items()]


def keymap(wanted: Mapping[str, str], owners: Iterable[type[DOMNode]]) -> dict[str, str]:
    """Keys that a person set for commands, such as ``{"copy": "f8,y"}``, ready for ``App.set_keymap``.

    Raises:
        PlainspokenError: there is no such command, or no such key.
    """
    bindings = [b for owner in owners for b in owner.BINDINGS if isinstance(b, Binding) and b.id]
    known = sorted({b.id for b in bindings if b.id})
    for name, keys in wanted.items():
        if name not in known:
            raise PlainspokenError(
                f"setting keys: there is no command `{name}`. Use one of: {', '.join(known)}."
            )
        for key in keys.split(","):
            *mods, last = key.strip().split("+")
            named = len(last) == 1 or last in {k.value for k in Keys}
            if not named or not set(mods) <= {"ctrl", "shift", "alt", "super", "hyper", "meta"}:
                raise PlainspokenError(
                    f"setting keys: `{key.strip()}` for `{name}` is no key. Use names such as f8, y, ctrl+y, pageup."
                )
    return dict(wanted)


def key_name(key: str, words: Words) -> str:
    """A key as people call it."""
    *mods, last = key.split("+")
    named = words(f"key_names.{last}") if words.has("key_names", last) else last.upper()
    return "+".join([*(m.capitalize() for m in mods), named])


def keys_in_words(keys: Iterable[str], words: Words) -> str:
    """Several keys of one command in words, such as ``1 to 9`` or ``F5 or C``."""
    names = list(dict.fromkeys(key_name(k, words) for k in keys))
    if len(names) > 1 and all(name.isdigit() for name in names):
        return words("key_names.to", first=names[0], last=names[-1])
    if len(names) > 1:
        return words("key_names.or", first=", ".join(names[:-1]), last=names[-1])
    return names[0]


def key_of(screen: Screen[object], binding_id: str, words: Words) -> str:
    """The key that runs a command, as it is bound now."""
    for command in commands(screen):
        if command.binding.id == binding_id:
            return key_name(command.binding.key, words)
    return ""


class Palette(Provider):
    """The command palette: what works now, by the words of the footer."""

    @property
    def _words(self) -> Words:
        words: Words = getattr(self.app, "words")  # noqa: B009 - the app is ChatApp; no import circle
        return words

    def _now(self) -> Iterator[tuple[Command, str]]:
        app: App[object] = self.app
        for command in commands(self.screen):
            if command.binding.id == "palette":
                continue
            if app._check_action_state(command.binding.action, command.node):
                yield command, keys_in_words([b.key for b in command.bindings], self._words)

    def _run(self, command: Command) -> Callable[[], Awaitable[bool]]:
        return partial(self.app.run_action, command.binding.action, command.node)

    async def discover(self) -> Hits:
        """Everything that works now."""
        for command, keys in self._now():
            run, label = self._run(command), command.label
            yield DiscoveryHit(Content(label), run, text=label, help=f"{command.help} ({keys})")

    async def search(self, query: str) -> Hits:
        """What fits the words typed; if nothing does, it says so."""
        matcher, nothing = self.matcher(query), True
        for command, keys in self._now():
            score = max(matcher.match(command.label), matcher.match(command.help) * 0.8)
            if score > 0:
                nothing = False
                run, label = self._run(command), command.label
                yield Hit(score, Content(label), run, text=label, help=f"{command.help} ({keys})")
        if nothing:
            text = self._words("palette.none")
            yield Hit(0.1, Content(text), lambda: None, text=text)
