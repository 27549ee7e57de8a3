"""The assistant that one would write in an afternoon: what Plainspoken is measured beside.

LangChain, langchain-chroma and HuggingFaceEmbeddings on the same corpus: every passage is embedded,
and a question is answered by the text of the nearest ones. It has no guardrails: no kinds, no danger,
no approvals, no checks.

    python -m tests.benchmarks.peer index DIR
    python -m tests.benchmarks.peer ask DIR QUESTION
"""

from __future__ import annotations

import sys
from pathlib import Path

from langchain_chroma import Chroma
from langchain_huggingface import HuggingFaceEmbeddings

from assistant.evidence.embedding import base_folder

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
K = 3


def open_store(folder: Path) -> Chroma:
    embeddings = HuggingFaceEmbeddings(model_name=str(base_folder()), model_kwargs={"device": "cpu"})
    return Chroma("passages", embedding_function=embeddings, persist_directory=str(folder))


def index(folder: Path, corpus: Path = CORPUS) -> int:
    """Embed every passage file of ``corpus``; how many there are."""
    files = sorted((corpus / "passages").glob("*.md"))
    texts = [f.read_text(encoding="utf-8").split("---", 2)[2].strip() for f in files]
    open_store(folder).add_texts(texts, metadatas=[{"source": f.name} for f in files])
    return len(texts)


def answer(store: Chroma, question: str) -> str:
    return "\n\n".join(d.page_content for d in store.similarity_search(question, k=K))


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    if what == "index":
        print(index(Path(where)))
    else:
        print(answer(open_store(Path(where)), rest[0]))
