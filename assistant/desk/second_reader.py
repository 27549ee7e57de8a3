"""A language model that reads a text beside the claim screen, where a clinic has one. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

from assistant.compose.model import Model, ModelFailed, json_in, open_model
from assistant.compose.prompt import inert, screen_prompt
from assistant.evidence.claims import CLAIMS, CLEAR
from assistant.evidence.corpus import Corpus
from assistant.reply import PlainspokenError
from assistant.settings import Settings

AT_ONCE = 20
"""Sentences in one request."""


class SecondReader:
    """Has a model read sentences for claims.

    Raises:
        PlainspokenError: the instructions in ``prompts/model/screen.toml`` cannot be used.
    """

    def __init__(self, model: Model, prompts: Path, corpus: Corpus) -> None:
        self.model = model
        self._prompt = screen_prompt(prompts)
        self._facts = "\n".join(inert(fact.says) for fact in corpus.facts.values())

    def claims(self, sentences: Sequence[str]) -> Iterator[list[str]]:
        """What each of ``sentences`` claims, group by group as the model is done: a name of
        :data:`~assistant.evidence.claims.CLAIMS` or :data:`~assistant.evidence.claims.CLEAR`.

        Raises:
            PlainspokenError: the model cannot be reached or its reply cannot be read; says what to do.
        """
        for at in range(0, len(sentences), AT_ONCE):
            group = sentences[at : at + AT_ONCE]
            numbered = "\n".join(f"{n} {inert(text)}" for n, text in enumerate(group, 1))
            messages = self._prompt.format_messages(facts=self._facts, sentences=numbered)
            try:
                said = json_in(self.model.whole(messages, _schema(len(group)), Event()))
            except ModelFailed as error:
                raise PlainspokenError(str(error)) from None
            if said is None or not isinstance(said.get("claims"), list):
                raise PlainspokenError(
                    f"{self.model.name} did not reply as it was asked to. Try another model, or screen without --model."
                )
            read = [CLEAR] * len(group)
            for row in said["claims"]:
                number, claim = (row.get("sentence"), row.get("claim")) if isinstance(row, dict) else (0, "")
                if isinstance(number, int) and 0 < number <= len(group) and claim in CLAIMS:
                    read[number - 1] = claim
            yield read


def open_second_reader(settings: Settings, corpus: Corpus) -> SecondReader:
    """The model that is set, as a second reader.

    Raises:
        PlainspokenError: none is set, or something that it needs is missing; says what to do.
    """
    if not settings.model:
        raise PlainspokenError(
            "--model needs a language model. Set PLAINSPOKEN_MODEL, such as ollama:qwen3:4b, or screen without it."
        )
    return SecondReader(open_model(settings), settings.prompts, corpus)


def _schema(sentences: int) -> dict[str, Any]:
    claim = {
        "type": "object",
        "properties": {
            "sentence": {"type": "integer", "minimum": 1, "maximum": sentences},
            "claim": {"type": "string", "enum": list(CLAIMS)},
        },
        "required": ["sentence", "claim"],
        "additionalProperties": False,
    }
    return {
        "title": "Claims",
        "description": "The sentences that claim too much.",
        "type": "object",
        "properties": {"claims": {"type": "array", "items": claim}},
        "required": ["claims"],
        "additionalProperties": False,
    }
