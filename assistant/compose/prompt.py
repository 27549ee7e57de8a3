"""The instructions for a language model as LangChain prompts.

The words are in ``prompts/model/``, where a content reviewer can read and change them: ``write.toml`` for a
model that writes, ``select.toml`` for one that chooses, ``screen.toml`` for one that reads beside the claim
screen. What is filled in is data: the marks that delimit it cannot stand in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate

from assistant.guard.text import clean
from assistant.reply import PlainspokenError

if TYPE_CHECKING:
    from assistant.evidence.corpus import Passage


def answer_prompt(prompts: Path) -> ChatPromptTemplate:
    """The prompt for a model that writes, with the variables ``passages`` (see :func:`as_data`),
    ``question`` and, empty unless given, ``history``.

    Raises:
        PlainspokenError: the file is missing, is not valid TOML, or lacks a part.
    """
    return read_prompt(prompts / "model" / "write.toml", ("passages", "history", "question")).partial(
        history=""
    )


def select_prompt(prompts: Path) -> ChatPromptTemplate:
    """The prompt for a model that chooses among ``sentences`` and ``framings``.

    Raises: as :func:`answer_prompt`.
    """
    return read_prompt(prompts / "model" / "select.toml", ("sentences", "framings", "history", "question"))


def screen_prompt(prompts: Path) -> ChatPromptTemplate:
    """The prompt for a model that reads ``sentences`` for claims beyond ``facts``.

    Raises: as :func:`answer_prompt`.
    """
    return read_prompt(prompts / "model" / "screen.toml", ("facts", "sentences"))


def read_prompt(file: Path, variables: Sequence[str]) -> ChatPromptTemplate:
    """The prompt in ``file``, which must name exactly ``variables`` in braces."""
    try:
        parts = tomllib.loads(file.read_text(encoding="utf-8"))
        prompt = ChatPromptTemplate.from_messages([("system", parts["system"]), ("human", parts["human"])])
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise PlainspokenError(
            f"{file}: cannot be used ({type(error).__name__}). Put back `system` and `human`, with no braces "
            "but those of the names filled in."
        ) from error
    if set(prompt.input_variables) != set(variables):
        named = ", ".join(f"{{{name}}}" for name in variables)
        raise PlainspokenError(f"{file}: needs {named}, and no other braces.")
    return prompt


def as_data(documents: Sequence[Document]) -> str:
    """Retrieved passages as delimited data for the prompt, each with its id and grade, and with the
    sentences that must go with it."""
    return "\n".join(
        _block(d.metadata["passage"], d.metadata["status"], [d.page_content, *d.metadata["limits"]])
        for d in documents
    )


def passages_as_data(passages: Iterable[Passage]) -> str:
    """The same for passages."""
    return "\n".join(_block(p.id, p.status.value, [*p.sentences, *p.limits]) for p in passages)


def _block(ident: str, status: str, said: Sequence[str]) -> str:
    return f"[{ident}] ({status}) {inert(' '.join(said))}"


def inert(text: str) -> str:
    """``text`` as data between delimiters: cleaned, and without the characters that make delimiters."""
    return clean(text).replace("<", "‹").replace(">", "›")
