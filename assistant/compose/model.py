"""The connection to a language model, where a clinic has one: which, where it runs, asking it, stopping it.

LangChain's ``init_chat_model`` names the model. LangChain is imported when a model is opened, never before.
Nothing that a server or a library says of an error is repeated: it may hold a key. What went wrong is told
by its kind, in words of our own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import queue
import re
import threading
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from assistant.addresses import on_this_computer
from assistant.evidence.wording import Wording
from assistant.reply import PlainspokenError, Stopped
from assistant.settings import Settings
from assistant.tracing import trace_nothing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable, RunnableSequence
    from tenacity import RetryCallState

MOST_CHARS = 20_000
"""What is read of one reply of a model; one that does not end is cut here."""
ATTEMPTS = 3
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
"""Seconds before the second attempt, twice as long before the third; and the most that is waited."""
GLANCE = 0.05
"""Seconds between two looks at whether the listener has stopped."""


@dataclass(frozen=True)
class Provider:
    """What one of LangChain's providers needs: its package, the variable of its key, its usual address."""

    package: str
    key: str
    addresses: tuple[str, ...]
    """Variables in which the provider's own tools look for another address."""
    usual: str


PROVIDERS = {
    "ollama": Provider("langchain_ollama", "", ("OLLAMA_HOST",), "http://127.0.0.1:11434"),
    "openai": Provider(
        "langchain_openai",
        "OPENAI_API_KEY",
        ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        "https://api.openai.com/v1",
    ),
    "anthropic": Provider(
        "langchain_anthropic",
        "ANTHROPIC_API_KEY",
        ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL"),
        "https://api.anthropic.com",
    ),
}


class ModelFailed(Exception):
    """A model gave no usable reply. Its text is one line: what is wrong, and what to do."""


@dataclass(frozen=True)
class Described:
    """Which model is set and where it runs, known without a connection."""

    name: str
    """As it was set, such as ``ollama:qwen3:4b``."""
    provider: str
    model: str
    """The name at the provider."""
    url: str

    @property
    def address(self) -> str:
        """Scheme, host and port: all of the address that is ever shown."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.url))

    @property
    def host(self) -> str:
        """The name of the computer that it runs on."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port that it listens on."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def here(self) -> bool:
        """Whether it runs on this computer."""
        return on_this_computer(self.host)


def describe(settings: Settings) -> Described:
    """The model that is set.

    Raises:
        PlainspokenError: none is set, or its provider is not known; says what to do.
    """
    name = settings.model.strip()
    if not name:
        raise PlainspokenError(
            f"PLAINSPOKEN_COMPOSER={settings.composer} needs a language model. Set PLAINSPOKEN_MODEL, such as "
            "ollama:qwen3:4b, or unset PLAINSPOKEN_COMPOSER."
        )
    provider, colon, model = name.partition(":")
    if provider not in PROVIDERS:
        if not settings.model_url:
            known = ", ".join(f"{p}:NAME" for p in PROVIDERS)
            raise PlainspokenError(
                f"PLAINSPOKEN_MODEL={name}: the provider is not known. Write one of {known}, or set "
                "PLAINSPOKEN_MODEL_URL to the address of an OpenAI-compatible server."
            )
        provider, colon, model = "openai", ":", name
    if not colon or not model:
        raise PlainspokenError(f"PLAINSPOKEN_MODEL={name}: write {provider}:NAME with the model's name.")
    known_by = PROVIDERS[provider]
    own = next((os.environ[v] for v in known_by.addresses if os.environ.get(v)), known_by.usual)
    url = settings.model_url or (own if "://" in own else f"http://{own}")
    parts = urlsplit(url)
    if parts.hostname in ("0.0.0.0", "::"):  # where a server listens everywhere, it is asked here
        url = url.replace(parts.hostname, "127.0.0.1", 1).replace("[127.0.0.1]", "127.0.0.1")
    if parts.username or parts.password or not parts.hostname:
        raise PlainspokenError(
            f"the address of the {provider} server cannot be used. Set PLAINSPOKEN_MODEL_URL to one such as "
            f"{known_by.usual}, without a name or password in it."
        )
    return Described(name, provider, model, url)


def ready(settings: Settings) -> Described:
    """The model that is set, with its package and its key there. Opens no connection.

    Raises:
        PlainspokenError: something is missing; says what to do.
    """
    described = describe(settings)
    provider = PROVIDERS[described.provider]
    if find_spec(provider.package) is None:
        raise PlainspokenError(
            f"PLAINSPOKEN_MODEL={described.name} needs the package {provider.package.replace('_', '-')}. "
            f'Run: pip install "plainspoken[{described.provider}]"; or unset PLAINSPOKEN_MODEL.'
        )
    if provider.key and not os.environ.get(provider.key) and described.url == provider.usual:
        raise PlainspokenError(
            f"PLAINSPOKEN_MODEL={described.name} needs a key. Set {provider.key}; or unset PLAINSPOKEN_MODEL."
        )
    return described


def notice(settings: Settings, wording: Wording) -> tuple[str, ...]:
    """What a family is told before its first question: which model gets what, and where it runs.

    Raises: as :func:`ready`.
    """
    of = ready(settings)
    names = ("here" if of.here else "there", settings.composer or "select", "danger", "refuse")
    return tuple(wording.line(f"screen.model.{name}").filled(model=of.model, host=of.host) for name in names)


@cache
def _requests() -> asyncio.AbstractEventLoop:
    """Where requests run. There is one for all models, as LangChain's providers share their connections."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="plainspoken-model", daemon=True).start()
    return loop


class Model:
    """A language model that can be asked. Its words are data, and nothing of it is trusted.

    Requests run in a thread of their own, so that one that is stopped is gone at once, its connection too.
    """

    def __init__(self, described: Described, chat: BaseChatModel, seconds: float) -> None:
        self.described = described
        self._chat = chat
        self._seconds = seconds
        self._plain_only = False

    @property
    def name(self) -> str:
        """The model as it was set."""
        return self.described.name

    def stream(self, messages: Sequence[BaseMessage], stop: threading.Event) -> Iterator[str]:
        """What the model says, piece by piece as it comes.

        Raises:
            ModelFailed: it cannot be reached, refuses, breaks off or takes too long.
            Stopped: ``stop`` was set; the request is ended.
        """
        return self._asked(messages, stop, None)

    def whole(self, messages: Sequence[BaseMessage], schema: Mapping[str, Any], stop: threading.Event) -> str:
        """All that the model says, which should be JSON of ``schema`` but may be anything.

        Raises: as :meth:`stream`.
        """
        return "".join(self._asked(messages, stop, schema))

    def _asked(
        self, messages: Sequence[BaseMessage], stop: threading.Event, schema: Mapping[str, Any] | None
    ) -> Iterator[str]:
        said: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        request = asyncio.run_coroutine_threadsafe(self._request(messages, schema, said), _requests())
        try:
            while not stop.is_set():
                try:
                    piece = said.get(timeout=GLANCE)
                except queue.Empty:
                    continue
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise ModelFailed(self._explained(piece)) from None
                yield piece
            raise Stopped
        finally:
            request.cancel()

    async def _request(
        self,
        messages: Sequence[BaseMessage],
        schema: Mapping[str, Any] | None,
        said: queue.SimpleQueue[str | BaseException | None],
    ) -> None:
        """Ask, again where that may help and nothing has been handed on yet, all within the time allowed."""
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

        handed_on = 0
        attempts = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_wait,
            retry=retry_if_exception(lambda error: not handed_on and _may_pass(error)),
            reraise=True,
        )
        try:
            async with asyncio.timeout(self._seconds):
                async for attempt in attempts:
                    with attempt:
                        if schema is not None:
                            said.put(await self._structured(messages, schema))
                        else:
                            async with aclosing(_texts(self._chat, messages)) as pieces:
                                async for piece in pieces:
                                    handed_on += len(piece)
                                    said.put(piece)
                                    if handed_on > MOST_CHARS:
                                        break
            said.put(None)
        except Exception as error:
            said.put(error)

    async def _structured(self, messages: Sequence[BaseMessage], schema: Mapping[str, Any]) -> str:
        """The whole reply, held to ``schema`` where the server can do that."""
        if not self._plain_only:
            try:
                held = self._chat.with_structured_output(dict(schema), method="json_schema")
                # the first step is the model itself, held to the schema; the parser behind it would read a
                # reply that never ends to its end
                return await _all(cast("RunnableSequence[Any, Any]", held).first, messages)
            except Exception as error:
                if isinstance(error, TimeoutError) or _status(error) not in (None, 400, 404, 415, 422, 501):
                    raise
                if _status(error) is None and _may_pass(error):
                    raise
        text = await _all(self._chat, messages)
        self._plain_only = True
        return text

    def _explained(self, error: BaseException) -> str:
        """What went wrong and what to do, in one line."""
        of, where = self.described, f"{self.described.name} at {self.described.address}"
        status = _status(error)
        key = PROVIDERS[of.provider].key
        if isinstance(error, TimeoutError):
            return f"{where} took over {self._seconds:g} seconds. Set PLAINSPOKEN_MODEL_SECONDS, or unset PLAINSPOKEN_MODEL."
        if status in (401, 403):
            return f"{where} refuses the key. Check {key or 'the server'}, or unset PLAINSPOKEN_MODEL."
        if status == 404:
            return f"{where} is not found. Check PLAINSPOKEN_MODEL and PLAINSPOKEN_MODEL_URL, which often ends in /v1."
        if status == 429:
            return f"{where} is asked too often. Wait a while, or unset PLAINSPOKEN_MODEL."
        if status and status >= 500:
            return f"{where} fails (HTTP {status}). Look at the server, or unset PLAINSPOKEN_MODEL."
        if status:
            return (
                f"{where} refuses the request (HTTP {status}). Try another model, or unset PLAINSPOKEN_MODEL."
            )
        if _is_connection(error) and not _is_cut(error):
            return f"{where} cannot be reached. Start the server, or unset PLAINSPOKEN_MODEL."
        return (
            f"{where} broke off or sent what cannot be read. Look at the server, or unset PLAINSPOKEN_MODEL."
        )


async def _texts(chat: BaseChatModel, messages: Sequence[BaseMessage]) -> AsyncGenerator[str]:
    async for piece in chat.astream(list(messages)):
        if piece.text:
            yield str(piece.text)


async def _all(chat: Runnable[Any, Any], messages: Sequence[BaseMessage]) -> str:
    """All text of a reply, or the arguments of the tool that it called; cut after MOST_CHARS."""
    texts: list[str] = []
    called: list[str] = []
    length = 0
    async with aclosing(chat.astream(list(messages))) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            texts.append(str(piece.text))
            called += [call["args"] or "" for call in piece.tool_call_chunks]
            length += len(texts[-1]) + sum(len(call["args"] or "") for call in piece.tool_call_chunks)
            if length > MOST_CHARS:
                break
    return "".join(texts) or "".join(called)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status that a provider's library reports."""
    for cause in _causes(error):
        status = getattr(cause, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return None


def _is_connection(error: BaseException) -> bool:
    return any(
        isinstance(cause, ConnectionError) or "Connect" in type(cause).__name__ for cause in _causes(error)
    )


def _may_pass(error: BaseException) -> bool:
    """Whether asking again may help: no connection, a cut one, too many requests, a server that fails."""
    status = _status(error)
    if status is not None:
        return status in (408, 409, 429) or status >= 500
    return _is_connection(error) or _is_cut(error)


def _is_cut(error: BaseException) -> bool:
    """Whether the connection broke off; the libraries share no class for it."""
    return any(type(cause).__name__ in _CUT for cause in _causes(error))


_CUT = {"RemoteProtocolError", "ReadError", "ReadTimeout", "APITimeoutError", "WriteError", "IncompleteRead"}


def _wait(state: RetryCallState) -> float:
    """Seconds until the next attempt: twice as long each time, or what the server asks for."""
    error = state.outcome.exception() if state.outcome else None
    asked = 0.0
    for cause in _causes(error):
        headers = getattr(getattr(cause, "response", None), "headers", None)
        with contextlib.suppress(TypeError, ValueError, AttributeError):
            asked = float(headers.get("retry-after"))  # type: ignore[union-attr]
            break
    backoff = FIRST_WAIT * 2.0 ** (state.attempt_number - 1)
    return float(min(LONGEST_WAIT, max(backoff, asked)))


def open_model(settings: Settings) -> Model:
    """The model that is set, ready to be asked. Opens no connection.

    Raises:
        PlainspokenError: a package, a key or the name is missing or wrong; says what to do.
    """
    described = ready(settings)
    trace_nothing()
    if described.here:  # what stays here takes no way round through a proxy
        for name in ("NO_PROXY", "no_proxy"):
            os.environ[name] = ",".join(filter(None, [os.environ.get(name), described.host]))
    from langchain.chat_models import init_chat_model

    how: dict[str, Any] = {"base_url": described.url}
    if described.provider != "ollama":
        how["max_retries"] = 0  # asking again is done here, for all providers in the same way
    if described.provider == "openai" and not os.environ.get("OPENAI_API_KEY"):
        how["api_key"] = "none"  # a server of one's own may need none, LangChain always does
    try:
        chat = init_chat_model(described.model, model_provider=described.provider, **how)
    except Exception as error:
        raise PlainspokenError(
            f"PLAINSPOKEN_MODEL={described.name} cannot be used ({type(error).__name__}). Check its name and the "
            f"package {PROVIDERS[described.provider].package.replace('_', '-')}, or unset PLAINSPOKEN_MODEL."
        ) from None
    for name in ("openai", "anthropic", "httpx", "httpcore"):  # they would log what was asked, and headers
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return Model(described, chat, settings.model_seconds)


_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)


def spoken(text: str) -> str:
    """What a model says, without what it says to itself first."""
    return _THOUGHT.sub("", text)


def json_in(text: str) -> dict[str, Any] | None:
    """The JSON object in what a model said, which may stand in a fence or between other words."""
    text = spoken(text)
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
