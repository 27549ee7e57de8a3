"""`plainspoken serve`: the page, its connection and its downloads, and nothing else.

The terminal in the page is textual-serve's; page, policy, limits and log are ours, because as shipped it asks
a font host, takes a connection from any page, and prints what a chat wrote before it failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import re
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hmac import compare_digest
from importlib.resources import files
from pathlib import Path

import jinja2
import yarl
from aiohttp import web

from assistant.addresses import on_this_computer
from assistant.evidence.chroma import Away
from assistant.evidence.index import build_index, index_folder
from assistant.evidence.store import Progress, manifest
from assistant.evidence.wording import Wording
from assistant.progress import progress_bar
from assistant.reply import PlainspokenError
from assistant.serving.chat import GRACE, Chat
from assistant.settings import Settings
from assistant.tui.staff import StaffScreenWords
from assistant.tui.words import Words

HEADERS = {
    # Strict on purpose. xterm.js also tries to add two style elements, for a way of drawing that its canvas
    # replaces; a browser refuses them and notes it in its console. Nothing is lost by it.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "plainspoken",
}
LONGEST_MESSAGE = 2**17
"""Bytes of one message from a browser; more than anybody pastes."""
PASS = "plainspoken-staff"
"""The cookie of a browser whose user knew the token. It ends with the browser, or with the server."""
WRONG = 1.0
"""Seconds that the answer to a wrong token takes."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Site:
    """The web application: who may connect, how many, and what they get.

    With a ``token`` it is a site of its own for staff, with the rehearsal and nothing else; its page asks for
    the token. Without, it is the families', and holds no staff's screen.
    """

    def __init__(self, settings: Settings, most: int, token: str = "") -> None:
        self.words: dict[str, Words] = {
            "screen": Words(settings.prompts),
            "page": Words(settings.prompts, "serve"),
        }
        if token:
            staff = StaffScreenWords(settings.prompts, "rehearse")
            self.words = {"screen": staff, "page": staff}
        self.token = token
        self._pass = secrets.token_urlsafe(32)
        self.most = most
        self.origins: frozenset[str] = frozenset()
        self.chats: set[Chat] = set()
        loader = jinja2.FileSystemLoader(_folder("assistant.serving", "templates"))
        self.templates = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)

    def _application(self) -> web.Application:
        """The routes. There are no others: no listing of a folder, and no staff's screen among the families'."""
        app = web.Application(client_max_size=2**12)
        app.add_routes(
            [
                web.get("/", self.page),
                web.get("/ws", self.connect),
                web.get("/download/{key}", self.download),
                web.static("/static", _folder("assistant.serving", "static")),
                web.static("/terminal", _folder("textual_serve", "static")),
            ]
        )
        if self.token:
            app.add_routes([web.post("/", self.enter)])
        app.on_response_prepare.append(self._guard)
        app.on_shutdown.append(self._end)
        return app

    @asynccontextmanager
    async def open(self, host: str, port: int, public: Sequence[str] = ()) -> AsyncIterator[str]:
        """Listen; the address to type in a browser. At the end every chat is ended.

        Raises:
            OSError: nobody can listen there.
        """
        # No access log: when somebody was here, and from where, is nobody's business.
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=2 * GRACE)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            port = runner.addresses[0][1]
            names = (host, *LOOPBACK) if on_this_computer(host) else (host,)
            here = [f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}" for name in names]
            origins = [*public, *map(_origin, here)]
            self.origins = frozenset(origins)
            yield origins[0]
        finally:
            await runner.cleanup()

    @property
    def full(self) -> bool:
        """Whether there is no room for another chat."""
        return len(self.chats) >= self.most

    def _may_enter(self, request: web.Request) -> bool:
        """Whether a browser may have more than the page that asks for the token."""
        return not self.token or _same(request.cookies.get(PASS, ""), self._pass)

    async def enter(self, request: web.Request) -> web.Response:
        """Let in whoever knows the token. (Where from cannot be told: our pages send no referrer, and so no origin.)"""
        given = (await request.post()).get("token", "")
        if not isinstance(given, str) or not _same(given.strip(), self.token):
            await asyncio.sleep(WRONG)
            return self._page("token.html", 403, wrong=True)
        response = web.Response(status=303, headers={"Location": "/", "Cache-Control": "no-store"})
        response.set_cookie(PASS, self._pass, httponly=True, samesite="Strict", secure=request.secure)
        return response

    async def page(self, request: web.Request) -> web.Response:
        """The chat's page, or a kind one that says that all places are taken; to staff first one that asks."""
        if not self._may_enter(request):
            return self._page("token.html", 200, wrong=False)
        return self._page("busy.html", 503) if self.full else self._page("chat.html", 200)

    def _page(self, name: str, status: int, **values: bool) -> web.Response:
        text = self.templates.get_template(name).render(self.words, **values)
        return web.Response(
            text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"}
        )

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One chat, from the page of this server only."""
        if request.headers.get("Origin", "").lower() not in self.origins:
            raise web.HTTPForbidden
        if not self._may_enter(request):
            raise web.HTTPForbidden
        if self.full:
            raise web.HTTPServiceUnavailable
        websocket = web.WebSocketResponse(heartbeat=15, timeout=GRACE, max_msg_size=LONGEST_MESSAGE)
        chat = Chat(websocket, "assistant.tui.rehearse" if self.token else "assistant.tui")
        self.chats.add(chat)
        try:
            await websocket.prepare(request)
            await chat.converse(_number(request, "width", 80), _number(request, "height", 24))
        finally:
            self.chats.discard(chat)
        return websocket

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file that a chat offers to its own browser, once; its address cannot be guessed."""
        if not self._may_enter(request):
            raise web.HTTPNotFound
        key = request.match_info["key"]
        for chat in self.chats:
            with contextlib.suppress(KeyError):
                offered = await chat.downloads.get_download_metadata(key)
                break
        else:
            raise web.HTTPNotFound
        response = web.StreamResponse(headers={"Cache-Control": "no-store"})
        response.content_type = offered.mime_type
        response.charset = offered.encoding
        name = re.sub(r"[^\w.-]+", "-", offered.file_name, flags=re.ASCII)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        await response.prepare(request)
        async for chunk in chat.downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _guard(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(HEADERS)
        if self.token:
            policy = HEADERS["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'")
            response.headers["Content-Security-Policy"] = policy

    async def _end(self, app: web.Application) -> None:
        await asyncio.gather(*(chat.stop() for chat in self.chats))


def serve(
    settings: Settings, host: str, port: int, most: int, public: Sequence[str] = (), *, staff: bool = False
) -> int:
    """Serve the chat, or to ``staff`` the rehearsal, until Ctrl+C or SIGTERM; then every chat is ended.

    Args:
        settings: as for the chat.
        host: the address to listen on.
        port: the port; 0 takes any that is free.
        most: how many chats there may be at once.
        public: addresses that people type in their browsers, where they differ from host and port.

    Raises:
        PlainspokenError: the address cannot be used, the index cannot be built, or something is missing for
            the language model that is set.
    """
    if settings.with_model:
        from assistant.compose.model import ready

        ready(settings)
    public = [_origin(address) for address in public]
    if not public and _is_everywhere(host):
        raise PlainspokenError(
            f"--host {host} is every address of this computer. Say what people type in their browser "
            "as well, for example: --origin https://ask.clinic.example"
        )
    site = Site(settings, most, secrets.token_urlsafe(12) if staff else "")
    with progress_bar() as progress:
        _prepare_index(settings, site.words["page"].wording, progress)
        if staff:
            _prepare_rehearsals(settings, progress)
    try:
        return asyncio.run(_until_told(site, host, port, public))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            what = f"port {port} is in use. Choose another one, for example: --port {port % 65535 + 1}"
        else:
            what = f"cannot listen on {host}, port {port} ({error.strerror}). Check --host and --port."
        raise PlainspokenError(what) from error


def _prepare_index(settings: Settings, wording: Wording, progress: Progress) -> None:
    """Build the index before anybody waits for it. A Chroma server that is away is waited for by each question."""
    try:
        build_index(settings, wording, progress)
    except Away as error:
        if manifest(index_folder(settings, wording)) is None:
            raise
        print(f"plainspoken: {error} Chats open meanwhile.", file=sys.stderr)


def _prepare_rehearsals(settings: Settings, progress: Progress) -> None:
    """Learn what rehearsals need before anybody waits for it."""
    from assistant.desk.room import open_judge

    open_judge(settings, progress)


async def _until_told(site: Site, host: str, port: int, public: Sequence[str]) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with site.open(host, port, public) as address:
        print(f"Plainspoken is at {address} (Ctrl+C ends it).", flush=True)
        if site.token:
            print(f"Only staff can enter. The page asks for this token: {site.token}", flush=True)
        if not on_this_computer(host):
            print("Others can reach this address. Put TLS and a login before it: see the README.", flush=True)
        await stop.wait()
    return 0


def _same(given: str, wanted: str) -> bool:
    """Whether two secrets are the same, told in the same time whatever they are."""
    return compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _is_everywhere(host: str) -> bool:
    """Whether ``host`` is the address that stands for all of this computer's."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _origin(address: str) -> str:
    """What a browser calls the origin of ``address``: scheme, host, and the port where it is not the usual one.

    Raises:
        PlainspokenError: it is no address of a server.
    """
    try:
        url = yarl.URL(address)
        if url.scheme in ("http", "https") and url.host and url.path in ("", "/") and not url.query_string:
            return str(url.origin()).lower()
    except ValueError:
        pass
    raise PlainspokenError(
        f"--origin {address} cannot be used. Give scheme and name, and nothing behind them, "
        "for example: --origin https://ask.clinic.example"
    )


def _number(request: web.Request, name: str, otherwise: int) -> int:
    try:
        return int(request.query[name])
    except (KeyError, ValueError):
        return otherwise


def _folder(package: str, name: str) -> Path:
    return Path(str(files(package))) / name
