"""A tiny web server on loopback whose answers a test says."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    answers: dict[str, Answer] = {}
    seen: list[dict[str, str]] = []
    stop = threading.Event()

    def do_GET(self) -> None:
        self.seen.append(dict(self.headers.items()))
        try:
            self.answers[self.path](self)
        except OSError:
            self.close_connection = True  # the client has gone, as it should

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def say(self, body: bytes = b"{}", *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # refused handshakes
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        Handler.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
