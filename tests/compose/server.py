"""A server on loopback that speaks OpenAI's chat protocol and says what a test wrote down for it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Say:
    """One reply: pieces of text, as a stream; or a status; or something that goes wrong after the pieces."""

    pieces: tuple[str, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    """Sent as it is in place of a stream or of an error's usual body."""
    cut: bool = False
    """The connection breaks off after the pieces."""
    hang: bool = False
    """Nothing comes after the pieces until the client goes or the server ends."""
    endless: bool = False
    """The pieces come again and again."""


def say(*pieces: str, **how: Any) -> Say:
    return Say(pieces, **how)


class ScriptedServer:
    """Plays ``script`` in order, the last again and again. Keeps the requests and what became of them."""

    def __init__(self, *script: Say) -> None:
        self.script = list(script) or [say()]
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.gone = threading.Event()
        """Set once a client went away before the end."""
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append(asked)
                outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                outer._play(self, asked)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def prompts(self) -> list[str]:
        """All that was sent, a text for each request."""
        return ["\n".join(str(m["content"]) for m in r["messages"]) for r in self.requests]

    def close(self) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()

    def _play(self, handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        what = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        # the headers say so too, or the client may ask again on a line that is just closed
        handler.close_connection = True
        if what.status != 200 or what.body:
            body = (what.body or json.dumps({"error": {"message": "scripted", "type": "x"}})).encode()
            handler.send_response(what.status)
            for name, value in {"content-type": "application/json", **what.headers}.items():
                handler.send_header(name, value)
            handler.send_header("content-length", str(len(body)))
            handler.send_header("connection", "close")
            handler.end_headers()
            handler.wfile.write(body)
            return
        assert asked.get("stream"), "only streams are played"
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("transfer-encoding", "chunked")
        handler.send_header("connection", "close")
        handler.end_headers()

        def event(data: str) -> None:
            line = f"data: {data}\n\n".encode()
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            handler.wfile.flush()

        def piece(text: str, finish: str | None = None) -> None:
            choice = {
                "index": 0,
                "delta": {"role": "assistant", "content": text} if finish is None else {},
                "finish_reason": finish,
            }
            event(
                json.dumps(
                    {
                        "id": "x",
                        "object": "chat.completion.chunk",
                        "created": 1,
                        "model": asked["model"],
                        "choices": [choice],
                    }
                )
            )

        try:
            for text in what.pieces:
                piece(text)
            while what.endless and not self.over.is_set():
                for text in what.pieces:
                    piece(text)
            while what.hang and not self.over.is_set():
                time.sleep(0.01)
                handler.connection.setblocking(False)
                try:
                    if handler.connection.recv(1) == b"":
                        raise ConnectionResetError
                except BlockingIOError:
                    pass
                finally:
                    handler.connection.setblocking(True)
            if what.cut:
                handler.connection.close()
                return
            piece("", "stop")
            event("[DONE]")
            handler.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.gone.set()


@contextmanager
def serving(*script: Say) -> Iterator[ScriptedServer]:
    server = ScriptedServer(*script)
    try:
        yield server
    finally:
        server.close()
