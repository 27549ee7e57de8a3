"""The site as a browser meets it: real HTTP, real connections, chats in processes of their own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from assistant.serving import chat
from assistant.serving.server import Site
from assistant.settings import Settings
from assistant.tui.words import Words
from tests.conftest import ROOT

from .conftest import chats, visit

WORDS = Words(ROOT / "prompts", "serve")


class Served:
    """A site with room for one, and what is needed to visit it."""

    def __init__(self, site: Site, client: ClientSession, address: str) -> None:
        self.site, self.client = site, client
        self.address = self.origin = address

    def visit(self, query: str = "width=100&height=40"):
        return visit(self.client, self.address, self.origin, query)

    async def empty(self) -> None:
        """Wait until nobody is there."""
        while self.site.chats:
            await asyncio.sleep(0.05)

    async def get(self, path: str) -> tuple[int, dict[str, str], str]:
        async with self.client.get(self.address + path) as answer:
            return answer.status, dict(answer.headers), await answer.text(errors="replace")


@pytest.fixture
async def served(settings: Settings, here: dict[str, str]) -> AsyncIterator[Served]:
    site = Site(settings, most=1)
    async with ClientSession() as client, site.open("127.0.0.1", 0) as address:
        yield Served(site, client, address)
    assert not chats()


async def test_the_page_asks_for_nothing_from_elsewhere(served: Served) -> None:
    status, headers, page = await served.get("/")
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].split("; ")[0] == "default-src 'self'"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script>", page)
    asked = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert "/terminal/js/textual.js" in asked
    for path in (*asked, "/terminal/fonts/RobotoMono-VariableFont_wght.ttf"):
        assert path.startswith("/")
        assert not path.startswith("//")
        status, headers, _ = await served.get(path)
        assert status == 200, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
    _, _, style = await served.get("/static/page.css")
    assert re.findall(r"url\(([^)]*)\)", style) == ['"/terminal/fonts/RobotoMono-VariableFont_wght.ttf"']


async def test_its_words_are_those_of_the_prompts(served: Served) -> None:
    _, _, page = await served.get("/")
    for name in ("chat.reader", "chat.opening", "chat.no_script", "ended.title", "ended.again"):
        assert WORDS(name) in page
    assert Words(ROOT / "prompts").contacts()[0] in page


@pytest.mark.parametrize(
    "path",
    [
        "/review", "/rehearse", "/index.html", "/static", "/static/", "/static/../server.py", "/terminal/",
        "/static/%2e%2e/server.py", "/terminal/../server.py", "/download/", "/download/nothing", "//",
    ],
)  # fmt: skip
async def test_there_is_nothing_else(served: Served, path: str) -> None:
    from yarl import URL

    async with served.client.get(URL(served.address + path, encoded=True)) as answer:
        assert answer.status in (403, 404)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "import" not in await answer.text()


@pytest.mark.parametrize(
    "origin",
    ["", "null", "https://elsewhere.example", "http://127.0.0.1", "http://127.0.0.1:1", "{}.example", "{}/"],
)
async def test_only_the_page_of_this_server_may_connect(served: Served, origin: str) -> None:
    headers = {"Origin": origin.replace("{}", served.origin)} if origin else {}
    with pytest.raises(WSServerHandshakeError) as refused:
        await served.client.ws_connect(f"{served.address}/ws", headers=headers)
    assert refused.value.status == 403
    assert not chats()


async def test_a_question_gets_its_answer_and_leaving_ends_the_chat(served: Served) -> None:
    async with served.visit() as visitor:
        await visitor.sees(Words(ROOT / "prompts")("welcome.private"))
        await visitor.ask("How often is he checked afterwards?")
        await visitor.sees("checks come at 1, 3, 6 and 12 months.")
        await visitor.say("resize", {"width": 60, "height": 30})
        await visitor.say("stdin", "\x1a")  # Ctrl+Z puts nothing into the background
        await visitor.say("blur")
        await visitor.say("focus")
        await visitor.say("stdin", "still here")
        await visitor.sees("still here")
        await visitor.say("stdin", "\x11")
        await visitor.over()
    await served.empty()
    assert not chats()


async def test_when_all_places_are_taken_a_kind_page_says_so(served: Served) -> None:
    async with served.visit() as visitor:
        await visitor.sees("Plainspoken")
        status, headers, page = await served.get("/")
        assert status == 503
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
        for line in (WORDS("busy.title"), *WORDS.lines("busy.lines"), WORDS("busy.again")):
            assert line in page
        assert Words(ROOT / "prompts").contacts()[0] in page
        with pytest.raises(WSServerHandshakeError) as refused:
            await served.client.ws_connect(f"{served.address}/ws", headers={"Origin": served.origin})
        assert refused.value.status == 503
    await served.empty()
    assert (await served.get("/"))[0] == 200
    async with served.visit() as visitor:
        await visitor.sees("Plainspoken")


async def test_a_chat_that_dies_ends_its_connection_and_leaves_its_place(
    served: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    async with served.visit() as visitor:
        await visitor.sees("Plainspoken")
        await visitor.ask("quixotic zeppelins")
        (process,) = chats()
        process.kill()
        await visitor.over()
    await served.empty()
    assert (await served.get("/"))[0] == 200
    assert capfd.readouterr().err == "A chat ended with code -9.\n"


async def test_a_chat_that_does_not_listen_is_killed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "GRACE", 0.1)
    async with served.visit() as visitor:
        await visitor.sees("Plainspoken")
        (process,) = chats()
        process.suspend()
    await served.empty()
    assert not process.is_running()


async def test_a_chat_that_nobody_touches_makes_room(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "IDLE", 0.1)
    async with served.visit() as visitor:
        await visitor.over()
    await served.empty()
    assert not chats()


@pytest.mark.parametrize(
    "said",
    [
        "no json", "[]", "{}", "[" * 5000, '["stdin"]', '["stdin", 1]', '["resize", {"width": "a"}]', '["quit"]',
        '["resize", {"width": 1e9, "height": 2}]', '["ping", {}]', "9" * 5000,
    ],
)  # fmt: skip
async def test_what_no_page_of_ours_says_ends_the_connection(served: Served, said: str) -> None:
    async with served.visit() as visitor:
        await visitor.websocket.send_str(said)
        await visitor.over()


async def test_a_message_too_long_ends_the_connection(served: Served) -> None:
    async with served.visit() as visitor:
        await visitor.say("stdin", "x" * 200_000)
        assert await visitor.over() == 1009


async def test_odd_sizes_and_odd_characters_do_no_harm(served: Served) -> None:
    async with served.visit("width=-5&height=many") as visitor:
        await visitor.say("resize", {"width": 10**9, "height": 10**9})
        await visitor.say("resize", {"width": 100, "height": 40})
        await visitor.sees("Type a question, then press Enter")
        await visitor.say("stdin", "half \ud800 a pair")
        await visitor.sees("half ? a pair")
        (process,) = chats()
        assert process.memory_info().rss < 2**30


async def test_a_chat_gets_nothing_that_could_run_or_write_here(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "EDITOR",
        "VISUAL",
        "PAGER",
        "TEXTUAL",
        "TEXTUAL_LOG",
        "TEXTUAL_SCREENSHOT",
        "TEXTUAL_PRESS",
    ):
        monkeypatch.setenv(name, "/tmp/nowhere")
    async with served.visit() as visitor:
        await visitor.sees("Plainspoken")
        (process,) = chats()
        assert process.cmdline()[1:] == ["-P", "-m", "assistant.tui"]
        environment = process.environ()
        assert "/tmp/nowhere" not in environment.values()
        assert environment["TEXTUAL_DRIVER"] == "assistant.serving.driver:Driver"
        assert process.terminal() is None
