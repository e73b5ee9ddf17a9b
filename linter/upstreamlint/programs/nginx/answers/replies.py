"""What an nginx answers to a request by itself: the server and the location that take it, and their own content.

After src/http/ngx_http_core_module.c (find location, content phase), ngx_http_static_module.c and
ngx_http_index_module.c. What goes on to another program, or hangs on a module that is not known here, is not told.
"""

from __future__ import annotations

from upstreamlint.containers.container import Container
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.numerals import decimal
from upstreamlint.programs.nginx.answers.content import folder, refused, replaced, returned
from upstreamlint.programs.nginx.answers.harmless import steps_in, strange
from upstreamlint.programs.nginx.answers.locations import UNKNOWN, find
from upstreamlint.programs.nginx.answers.served import Served
from upstreamlint.programs.nginx.answers.virtual_servers import on_port, taking
from upstreamlint.programs.nginx.config import Location, Server
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.upstream import Scopes, named, setting
from upstreamlint.source import Anchor

_METHODS = frozenset({"GET", "HEAD"})
_DEPTH = 8
"""How often one request is handed on inside nginx before nobody can tell; nginx gives up after ten times."""


def reply(instance: NginxInstance, request: Request, container: Container) -> Reply | None:
    """What a request gets, as far as the configuration and the files that it serves tell."""
    if not instance.complete:
        return None
    servers = on_port(instance, request.port)
    served = Served(container)
    if not servers:
        return _stock(instance, request, served) if request.port in instance.stock_ports else None
    if request.port in instance.stock_ports:
        return None
    server = taking(servers, request.port, request.name)
    return _Asked(request, server, served).reply(request.path, _DEPTH) if server is not None else None


def _stock(instance: NginxInstance, request: Request, served: Served) -> Reply | None:
    """The server of the official image: files of `/usr/share/nginx/html`."""
    if request.method not in _METHODS:
        return Reply(
            status=405, anchor=instance.anchor, text=f"nginx serves files, which take no {request.method}"
        )
    path = "/index.html" if request.path == "/" else request.path
    exists = served.exists("/usr/share/nginx/html" + path)
    if exists is None:
        return None
    text = "the file is there" if exists else f"`/usr/share/nginx/html{path}` is not there"
    return Reply(status=200 if exists else 404, anchor=instance.anchor, text=text)


class _Asked:
    """One request on its way through a server."""

    def __init__(self, request: Request, server: Server, served: Served) -> None:
        self.request, self.server, self.served = request, server, served
        secure = {"ssl" in one.parameters for one in server.listens if one.port == request.port}
        self.scheme = ("https" if True in secure else "http") if len(secure) == 1 else ""

    def reply(self, path: str, depth: int) -> Reply | None:
        """What a path gets, after `depth` more redirects inside nginx at most."""
        rewritten = returned(self.server.directives, self.scheme)
        if rewritten is not None:
            return rewritten
        if depth == 0 or strange(self.server.directives):
            return None
        location = find(self.server.locations, path.partition("?")[0])
        if location is UNKNOWN:
            return None
        return self.content(location if isinstance(location, Location) else None, path, depth)

    def content(self, location: Location | None, path: str, depth: int) -> Reply | None:
        """What a location gives."""
        directives = location.directives if location is not None else self.server.directives
        scopes = location.scopes if location is not None else self.server.scopes
        anchor = location.anchor if location is not None else self.server.anchor
        found = returned(directives, self.scheme)
        if found is None and not strange(directives) and not any(steps_in(s) for s in scopes):
            inside = next(iter(named(directives, "internal")), None)
            if inside is not None and depth == _DEPTH:
                found = Reply(status=404, anchor=inside.head, text="only nginx itself may ask this")
            else:
                found = refused(scopes)
            if found is None and location is not None and location.passes:
                return None
            found = found or self.file(directives, scopes, anchor, location, path, depth)
        return None if found is not None and replaced(scopes, found.status) else found

    def file(
        self,
        directives: tuple[Directive, ...],
        scopes: Scopes,
        anchor: Anchor,
        location: Location | None,
        path: str,
        depth: int,
    ) -> Reply | None:
        """What the files of a location give, by way of its `try_files`."""
        if any(True for _ in named(directives, "stub_status")):
            return Reply(status=200, anchor=anchor, text="nginx answers by itself")
        tries = next((d for d in named(directives, "try_files") if d.args), None)
        if tries is not None:
            return self.tried(tries, scopes, anchor, location, path, depth)
        if self.request.method not in _METHODS:
            text = f"nginx serves files here, which take no {self.request.method}"
            return Reply(status=405, anchor=anchor, text=text)
        where = folder(scopes, location)
        if where is None:
            return None
        base, rest = where[0], path.partition("?")[0][where[1] :]
        if path.endswith("/"):
            index = setting(scopes, "index")
            names = [a.value for a in index.args] if index is not None else ["index.html"]
            there = [self.served.exists(f"{base}/{rest.lstrip('/')}{n}") for n in names]
            if True in there or None in there or "$" in "".join(names):
                return Reply(status=200, anchor=anchor, text="nginx serves a file") if True in there else None
            return Reply(status=403, anchor=anchor, text=f"`{base}` holds no {' or '.join(names)}")
        exists = self.served.exists(f"{base}/{rest.lstrip('/')}")
        if exists is None or self.served.is_folder(f"{base}/{rest.lstrip('/')}"):
            return None
        text = "nginx serves a file" if exists else f"`{base}/{rest.lstrip('/')}` is not there"
        return Reply(status=200 if exists else 404, anchor=anchor, text=text)

    def tried(
        self,
        tries: Directive,
        scopes: Scopes,
        anchor: Anchor,
        location: Location | None,
        path: str,
        depth: int,
    ) -> Reply | None:
        """The first of `try_files` that is there; the last one is taken anyhow."""
        where = folder(scopes, location)
        here, *_ = path.partition("?")
        for word in tries.args[:-1]:
            text = word.value.replace("$uri", here).replace("$request_uri", here)
            wanted = text.rstrip("/") or "/"
            known = where is not None and "$" not in text
            at = f"{where[0]}/{wanted[where[1] :].lstrip('/')}" if where is not None else ""
            if known and text.endswith("/"):
                exists = self.served.is_folder(at)
            else:
                exists = self.served.exists(at) if known else None
            if exists is None and self.request.method in _METHODS:
                return None
            if exists:
                if self.request.method not in _METHODS:
                    text = f"nginx serves files here, which take no {self.request.method}"
                    return Reply(status=405, anchor=anchor, text=text)
                return (
                    None
                    if text.endswith("/")
                    else Reply(status=200, anchor=anchor, text="nginx serves a file")
                )
        last = tries.args[-1].value
        if last.startswith("="):
            status = decimal(last[1:])
            return (
                Reply(status=status, anchor=tries.head, text=f"`try_files … {last}`")
                if status is not None
                else None
            )
        if last.startswith("@"):
            inside = next((x for x in self.server.all_locations() if x.named and x.title == last), None)
            return self.content(inside, path, depth - 1) if inside is not None and depth > 1 else None
        last = last.replace("$is_args", "").replace("$args", "").replace("$query_string", "").rstrip("?")
        return self.reply(last, depth - 1) if "$" not in last and last.startswith("/") else None
