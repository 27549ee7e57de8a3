"""The chat in a real Chromium, as a family uses it. The screen is read from what the connection brings,
drawn by a terminal of the tests: the page itself shows it as a picture."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.tui.words import Words
from tests.conftest import ROOT

from .conftest import PATIENCE, Terminal, chats, serving

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: install your system's package `chromium`"
)
PAGE, SCREEN = Words(ROOT / "prompts", "serve"), Words(ROOT / "prompts")


class Browser:
    """One window on the served chat, and everything that it asked for."""

    def __init__(self, page: playwright.Page) -> None:
        self.page = page
        self.terminal = Terminal(140, 37)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", self._connected)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _connected(self, socket: playwright.WebSocket) -> None:
        self.asked.append(socket.url)
        socket.on("framereceived", lambda data: self.terminal.feed(data) if isinstance(data, bytes) else None)

    def sees(self, text: str) -> None:
        """Wait until ``text`` is on screen."""
        for _ in range(round(PATIENCE * 10)):
            if text in self.terminal.shown():
                return
            self.page.wait_for_timeout(100)
        pytest.fail(f"{text!r} did not come: {self.terminal.shown()}")


@pytest.fixture
def server(here: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with serving(here) as found:
        yield found


@pytest.fixture
def browser(server: tuple[subprocess.Popen[str], str]) -> Iterator[Browser]:
    with playwright.sync_playwright() as run:
        chromium = run.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        context.set_default_timeout(PATIENCE * 1000)
        yield Browser(context.new_page())
        chromium.close()


def test_ask_read_the_source_and_take_the_sheet_along(
    server: tuple[subprocess.Popen[str], str], browser: Browser, tmp_path: Path
) -> None:
    _, address = server
    page, keys = browser.page, browser.page.keyboard
    page.goto(address)
    browser.sees(SCREEN("input.placeholder"))
    page.wait_for_selector("body.-first-byte")
    keys.type("How often is he checked afterwards?")  # at once: the page has put the focus there
    browser.sees("How often is he checked afterwards?")
    keys.press("Enter")
    browser.sees("In a typical programme, checks come at 1, 3, 6 and 12 months. [1]")
    browser.sees("Where this comes from")
    browser.sees("[1] Checks at 1, 3, 6 and 12 months")
    page.screenshot(path=tmp_path / "answer.png")

    keys.press("F8")  # to the sheet
    keys.press("F4")  # open the sheet
    browser.sees("How often is he checked afterwards?")
    with page.expect_download() as coming:
        keys.press("Control+s")
    download = coming.value
    assert download.suggested_filename == SCREEN("save.suggestion")
    saved = Path(download.path()).read_text(encoding="utf-8")
    assert "How often is he checked afterwards?" in saved
    assert "checks come at 1, 3, 6 and 12 months" in saved
    browser.sees(SCREEN("sheet.downloaded", file=download.suggested_filename))
    page.screenshot(path=tmp_path / "sheet.png")

    assert browser.asked
    local = (f"{address}/", f"ws{address.removeprefix('http')}/ws?")
    assert [url for url in browser.asked if not url.startswith(local)] == []
    # xterm.js tries two style elements that its canvas does not need; nothing else is refused, nothing fails
    assert len(browser.complaints) == 2
    assert all("Applying inline style violates" in said for said in browser.complaints)

    keys.press("Control+q")
    page.get_by_text(PAGE("ended.title")).wait_for()
    assert not page.locator("#terminal").is_visible()
    page.locator(":focus").click()  # start again: the focus is there
    page.wait_for_selector("body.-first-byte")


def test_a_chat_that_dies_leaves_a_page_with_a_way_on(
    server: tuple[subprocess.Popen[str], str], browser: Browser
) -> None:
    process, address = server
    browser.page.goto(address)
    browser.sees(SCREEN("input.placeholder"))
    (chat,) = chats(process.pid)
    chat.kill()
    browser.page.get_by_text(PAGE("ended.title")).wait_for()
    browser.page.get_by_text(PAGE("ended.again")).click()
    browser.page.wait_for_selector("body.-first-byte")


def test_nothing_but_this_page_can_use_the_connection(
    server: tuple[subprocess.Popen[str], str], browser: Browser, tmp_path: Path
) -> None:
    process, address = server
    elsewhere = tmp_path / "elsewhere.html"
    elsewhere.write_text("<p>another page</p>")
    browser.page.goto(elsewhere.as_uri())
    refused = browser.page.evaluate(
        """(url) => new Promise((done) => {
            const socket = new WebSocket(url);
            socket.onopen = () => done("open");
            socket.onclose = () => done("closed");
        })""",
        f"ws{address.removeprefix('http')}/ws?width=80&height=24",
    )
    assert refused == "closed"
    assert not chats(process.pid)
