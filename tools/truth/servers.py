"""Servers for proxies to meet: healthy ones, and each kind of trouble. All of them on loopback, all of them ended."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"
_OK = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nContent-Type: text/plain\r\nConnection: close\r\n%s\r\n%s"
_LONGEST = 65536
Handler = Callable[[socket.socket], None]


def answer(status: str = "200 OK", body: str = "", extra: bytes = b"") -> bytes:
    """An answer of HTTP/1.1."""
    text = body.encode()
    return _OK % (status.encode(), len(text), extra, text)


def _head(connection: socket.socket) -> bytes:
    """The head of a request; what does not begin as text does is taken as it comes."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _LONGEST:
        more = connection.recv(4096)
        data += more
        if not more or not data[:1].isalpha():
            break
    return data


def _parts(head: bytes) -> tuple[str, str, str, bool]:
    """Method, path and Host of a request, and whether it is one of HTTP/1."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    host = next((x.split(":", 1)[1].strip() for x in lines if x.lower().startswith("host:")), "")
    good = len(words) == 3 and words[2].startswith("HTTP/1")
    return (words[0], words[1] if len(words) > 1 else "", host, good)


def http(connection: socket.socket) -> None:
    """Says which path and Host it was asked for; 404 for `/missing`, 301 for `/moved`, 405 for OPTIONS, 401 for `/deny`."""
    method, path, host, good = _parts(_head(connection))
    if not good:
        connection.sendall(answer("400 Bad Request", "bad request"))
    elif method == "OPTIONS":
        connection.sendall(answer("405 Method Not Allowed", "method"))
    elif path.startswith("/missing"):
        connection.sendall(answer("404 Not Found", "no such page"))
    elif path.startswith("/deny"):
        connection.sendall(answer("401 Unauthorized", "who are you"))
    elif path.startswith("/moved"):
        connection.sendall(answer("301 Moved Permanently", "", b"Location: /up\r\n"))
    else:
        shown = host.split(":")[0]
        connection.sendall(answer(body=f"path {path} host {shown}"))


def vhost(connection: socket.socket) -> None:
    """Knows the host `app.test` only."""
    _, path, host, _ = _parts(_head(connection))
    if host.split(":")[0] == "app.test":
        connection.sendall(answer(body=f"path {path} host app.test"))
    else:
        connection.sendall(answer("421 Misdirected Request", "unknown host"))


def broken(connection: socket.socket) -> None:
    """Answers 500 to everything."""
    _head(connection)
    connection.sendall(answer("500 Internal Server Error", "the application failed"))


def closing(connection: socket.socket) -> None:
    """Closes without an answer."""
    _head(connection)


def garbage(connection: socket.socket) -> None:
    """Says something that is no HTTP."""
    _head(connection)
    connection.sendall(b"220 mail.example ESMTP\r\n")


def slow(connection: socket.socket) -> None:
    """Takes the request and says nothing for a while."""
    _head(connection)
    connection.settimeout(8)
    with contextlib.suppress(OSError):
        connection.recv(1)


def h2only(connection: socket.socket) -> None:
    """Speaks HTTP/2 without TLS only: what is no preface is answered with GOAWAY."""
    connection.recv(4096)
    settings = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    goaway = b"\x00\x00\x08\x07\x00\x00\x00\x00\x00" + struct.pack(">II", 0, 1)
    connection.sendall(settings + goaway)


def proxied(connection: socket.socket) -> None:
    """Wants a PROXY header of version 1 in front of the request."""
    head = _head(connection)
    if head.startswith(b"PROXY "):
        connection.sendall(answer(body="proxied"))


def fcgi(connection: socket.socket) -> None:
    """FastCGI: answers the first request."""
    connection.settimeout(2)
    request = 1
    with contextlib.suppress(OSError, struct.error):
        while True:
            header = connection.recv(8)
            if len(header) < 8:
                return
            version, kind, request, length, padding, _ = struct.unpack(">BBHHBB", header)
            if version != 1:
                return
            todo = length + padding
            while todo:
                todo -= len(connection.recv(todo))
            if kind == 5 and not length:
                break
    body = b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nfrom fastcgi"
    connection.sendall(struct.pack(">BBHHBB", 1, 6, request, len(body), 0, 0) + body)
    connection.sendall(struct.pack(">BBHHBB", 1, 3, request, 8, 0, 0) + b"\0" * 8)


HANDLERS: dict[str, Handler] = {
    "http": http,
    "vhost": vhost,
    "broken": broken,
    "closing": closing,
    "garbage": garbage,
    "slow": slow,
    "h2only": h2only,
    "proxied": proxied,
    "fcgi": fcgi,
    "tls": http,
}


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for `app.test` that nobody has signed."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert),
         "-days", "30", "-subj", "/CN=app.test", "-addext", "subjectAltName=DNS:app.test"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return cert, key


@contextlib.contextmanager
def serving(kind: str, folder: Path) -> Iterator[int]:
    """A server of a kind while the block runs; its port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, 0))
    port = listener.getsockname()[1]
    if kind == "refused":
        listener.close()
        yield port
        return
    listener.listen(0 if kind == "dropped" else 32)
    if kind == "dropped":
        held = [socket.socket() for _ in range(4)]
        for one in held:
            one.setblocking(False)
            one.connect_ex((LOOPBACK, port))
        yield port
        for one in (*held, listener):
            one.close()
        return
    context = None
    if kind == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate(folder))
    threading.Thread(target=_accept, args=(listener, HANDLERS[kind], context), daemon=True).start()
    try:
        yield port
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, handler: Handler, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, handler, context), daemon=True).start()


def _serve(connection: socket.socket, handler: Handler, context: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError, ValueError), connection:
        connection.settimeout(10)
        talked = context.wrap_socket(connection, server_side=True) if context else connection
        with talked:
            handler(talked)
