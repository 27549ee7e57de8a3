"""The composer with a model that chooses: which vetted sentences, in which order, after which first line.

It names ids. What it names is looked up; it cannot add a word.
"""

from __future__ import annotations

import re
from threading import Event
from typing import Any

from assistant.compose.composer import MOST_QUESTION, Record, Request, Show, Unusable
from assistant.compose.draft import Draft
from assistant.compose.model import Model, ModelFailed, json_in
from assistant.compose.prompt import inert, select_prompt
from assistant.evidence.wording import Wording
from assistant.reply import Kind

MOST_SENTENCES = 8
"""What a model may choose; more than that would choose nothing."""
FRAMING = "replies.framing"


class Select:
    """Lets ``model`` choose.

    Raises:
        PlainspokenError: the instructions in ``prompts/model/`` cannot be used.
    """

    def __init__(self, model: Model, wording: Wording) -> None:
        self.model = model
        self.wording = wording
        self.prompt = select_prompt(wording.folder)

    def record(self) -> Record:
        """An empty record for one reply."""
        return Record(f"select:{self.model.name}", self.model.described.address)

    def evidence(self, request: Request, draft: Draft, record: Record, show: Show, stop: Event) -> None:
        """Add the chosen sentences."""
        sentences = {f"{p.id}:{n}": (p, s) for p in request.passages for n, s in enumerate(p.sentences, 1)}
        framings = self._framings(request.kind)
        messages = self.prompt.format_messages(
            sentences="\n".join(f"{ident} ({p.status}) {inert(s)}" for ident, (p, s) in sentences.items()),
            framings="\n".join(f"{name} {inert(text)}" for name, text in framings.items()),
            history="\n".join(inert(h[:MOST_QUESTION]) for h in request.history),
            question=inert(request.question[:MOST_QUESTION]),
        )
        record.given(messages, request.passages)
        try:
            said = self.model.whole(messages, _schema(list(sentences), list(framings)), stop)
        except ModelFailed as error:
            record.problem = str(error)
            raise Unusable(str(error)) from None
        record.said(said)
        choice = json_in(said)
        if choice is None or not isinstance(choice.get("sentences"), list):
            record.checked(record.raw[:500], "is not the JSON object that was asked for")
            raise Unusable("not JSON")

        chosen: list[str] = []
        for ident in choice["sentences"]:
            name = _ident(ident)
            if name not in sentences:
                record.checked(name, "no sentence has this id")
            elif name in chosen:
                record.checked(name, "was chosen before")
            elif len(chosen) == MOST_SENTENCES:
                record.checked(name, f"comes after {MOST_SENTENCES} others")
            else:
                record.checked(name, "")
                chosen.append(name)
        missing = request.leads - {sentences[name][0].id for name in chosen}
        if missing:
            record.checked(", ".join(chosen), f"nothing of the main passage {min(missing)} is chosen")
            raise Unusable("nothing answers")
        framing = _ident(choice.get("framing") or "")
        if framing in framings:
            draft.say(f"{FRAMING}.{framing}")
        if framing:
            record.checked(framing, "" if framing in framings else "no first line has this id")
        for name in chosen:
            draft.add_sentence(*sentences[name])

    def _framings(self, kind: Kind) -> dict[str, str]:
        """The first lines to choose from; a correction or a referral begins with its own."""
        if kind is not Kind.ANSWER:
            return {}
        return {name: self.wording.line(f"{FRAMING}.{name}").text for name in self.wording.names(FRAMING)}


def _ident(value: object) -> str:
    """An id as a model wrote it, on one line and not too long to keep."""
    return inert(re.sub(r"\s+", " ", str(value)))[:200].strip(" []`'\"")


def _schema(sentences: list[str], framings: list[str]) -> dict[str, Any]:
    return {
        "title": "Choice",
        "description": "Which sentences to show, in order, after which first line.",
        "type": "object",
        "properties": {
            "sentences": {"type": "array", "items": {"type": "string", "enum": sentences}},
            "framing": {"type": "string", "enum": ["", *framings]},
        },
        "required": ["sentences", "framing"],
        "additionalProperties": False,
    }
