"""The instructions for a language model as a LangChain prompt, for programs that connect one.

The words are in ``prompts/model/answer.toml``, where a content reviewer can read and change them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate

from assistant.reply import PlainspokenError


def answer_prompt(prompts: Path) -> ChatPromptTemplate:
    """The prompt with the variables ``passages`` (see :func:`as_data`) and ``question``.

    Raises:
        PlainspokenError: the file is missing, is not valid TOML, or lacks a part.
    """
    file = prompts / "model" / "answer.toml"
    try:
        parts = tomllib.loads(file.read_text(encoding="utf-8"))
        prompt = ChatPromptTemplate.from_messages([("system", parts["system"]), ("human", parts["human"])])
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise PlainspokenError(f"{file}: cannot be used ({error}). Put back `system` and `human`.") from error
    if set(prompt.input_variables) != {"passages", "question"}:
        raise PlainspokenError(f"{file}: needs {{passages}} and {{question}}, and no other braces.")
    return prompt


def as_data(documents: Sequence[Document]) -> str:
    """Retrieved passages as delimited data for the prompt, each with its id and grade, and with the
    sentences that must go with it."""
    blocks = []
    for document in documents:
        said = " ".join([document.page_content, *document.metadata["limits"]])
        blocks.append(f"[{document.metadata['passage']}] ({document.metadata['status']}) {said}")
    return "\n".join(blocks)
