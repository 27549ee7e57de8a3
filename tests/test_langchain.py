"""Plainspoken inside somebody else's LangChain program, as the README shows it."""

from __future__ import annotations

from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from assistant.compose.prompt import answer_prompt, as_data
from assistant.consultant import Consultant
from assistant.langchain import ConsultantRunnable, PassageRetriever
from assistant.reply import Kind, Question
from assistant.settings import Settings


def test_the_consultant_is_a_runnable_that_pipes(consultant: Consultant) -> None:
    runnable = ConsultantRunnable(consultant)
    assert isinstance(runnable, Runnable)
    chain = RunnableLambda(Question) | runnable | RunnableLambda(lambda reply: reply.kind)
    assert chain.invoke("Is it a cure?") is Kind.CORRECTION
    kinds = chain.batch(["Is it a cure?", "How often is he checked afterwards?"])
    assert kinds == [Kind.CORRECTION, Kind.ANSWER]


def test_the_retriever_gives_approved_passages_with_their_limits(consultant: Consultant) -> None:
    retriever = PassageRetriever(index=consultant.index, passages=consultant.passages, k=2)
    assert isinstance(retriever, BaseRetriever)
    first, second = retriever.invoke("Could it slow things down a little?")
    assert first.page_content == consultant.passages[first.metadata["passage"]].body
    assert first.metadata["passage"] == "modest-slowing"
    assert "MSC therapy is not a cure for ALS." in first.metadata["limits"]
    assert first.metadata["score"] >= second.metadata["score"]


def test_retriever_prompt_and_a_model_make_a_chain(consultant: Consultant, settings: Settings) -> None:
    retriever = PassageRetriever(index=consultant.index, passages=consultant.passages)
    prompt = answer_prompt(settings.prompts)
    seen = []
    chain = (
        {"passages": retriever | as_data, "question": RunnablePassthrough()}
        | prompt
        | RunnableLambda(lambda messages: seen.append(messages) or messages)
        | FakeListChatModel(responses=["Checks come at 1, 3, 6 and 12 months. [follow-up-checks]"])
        | StrOutputParser()
    )
    assert "follow-up-checks" in chain.invoke("How often is he checked {afterwards}?")
    system, human = seen[0].to_messages()
    assert "Never say or hint" in system.content
    assert "[follow-up-checks] (practical)" in human.content
    assert "{afterwards}" in human.content
