"""What an nginx answers to a request by itself: the server and the location that take it, and their own content.

After src/http/ngx_http_core_module.c (find location, content phase), ngx_http_static_module.c and
ngx_http_index_module.c. What goes on to another program, or hangs on a module that is not known here, is not told.
"""

from __future__ import annotations

from upstreamlint.containers.container import Container
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.numerals import decimal
from upstreamlint.programs.nginx.config import Location, Server
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.locations import UNKNOWN, find
from upstreamlint.programs.nginx.served import Served
from upstreamlint.programs.nginx.syntax import Directive
from upstreamlint.programs.nginx.upstream import Scope, Scopes, named, setting
from upstreamlint.source import Anchor

_HARMLESS = frozenset(
    [
        "root",
        "alias",
        "index",
        "try_files",
        "expires",
        "add_header",
        "add_trailer",
        "access_log",
        "error_log",
        "log_not_found",
        "etag",
        "charset",
        "charset_types",
        "override_charset",
        "default_type",
        "types",
        "sendfile",
        "sendfile_max_chunk",
        "tcp_nopush",
        "tcp_nodelay",
        "aio",
        "directio",
        "output_buffers",
        "server_tokens",
        "server_name",
        "listen",
        "location",
        "set",
        "error_page",
        "client_max_body_size",
        "client_body_buffer_size",
        "client_body_timeout",
        "client_header_timeout",
        "client_header_buffer_size",
        "large_client_header_buffers",
        "keepalive_timeout",
        "keepalive_requests",
        "send_timeout",
        "reset_timedout_connection",
        "open_file_cache",
        "open_file_cache_valid",
        "open_file_cache_errors",
        "open_file_cache_min_uses",
        "http2",
        "http3",
        "quic_retry",
        "resolver",
        "resolver_timeout",
        "absolute_redirect",
        "port_in_redirect",
        "server_name_in_redirect",
        "underscores_in_headers",
        "ignore_invalid_headers",
        "merge_slashes",
        "chunked_transfer_encoding",
        "if_modified_since",
        "autoindex",
        "include",
        "allow",
        "deny",
        "auth_basic",
        "auth_basic_user_file",
        "return",
        "internal",
        "stub_status",
        "more_set_headers",
        "more_clear_headers",
        "real_ip_header",
        "set_real_ip_from",
        "real_ip_recursive",
        "rewrite_log",
        "disable_symlinks",
    ]
)
_PREFIXES = ("gzip", "brotli", "ssl_", "proxy_", "fastcgi_", "uwsgi_", "scgi_", "grpc_", "http2_", "zstd")
"""Families of settings that change nothing by themselves: what they set up is used by a pass."""
_METHODS = frozenset({"GET", "HEAD"})
_DEPTH = 8
"""How often one request is handed on inside nginx before nobody can tell; nginx gives up after ten times."""


def reply(instance: NginxInstance, request: Request, container: Container) -> Reply | None:
    """What a request gets, as far as the configuration and the files that it serves tell."""
    if not instance.complete:
        return None
    servers = [s for s in instance.config.servers if s.context == "http" and _on(s, request.port)]
    served = Served(container)
    if not servers:
        return _stock(instance, request, served) if request.port in instance.stock_ports else None
    if request.port in instance.stock_ports:
        return None
    server = _server(servers, request)
    return _Asked(request, server, served).reply(request.path, _DEPTH) if server is not None else None


def _on(server: Server, port: int) -> bool:
    return any(item.port == port for item in server.listens) or (not server.listens and port == 80)  # noqa: PLR2004


def _server(servers: list[Server], request: Request) -> Server | None:
    """The server that takes a Host; nothing where addresses or expressions decide."""
    own = [[i for i in s.listens if i.port == request.port] for s in servers]
    if len({i.host for items in own for i in items}) > 1:
        return None
    names = [{n.value for n in s.names} for s in servers]
    if request.host:
        exact = [s for s, known in zip(servers, names, strict=True) if request.host in known]
        if exact:
            return exact[0]
        if len(servers) > 1 and any(
            n.startswith(("~", "*", ".")) or n.endswith("*") for k in names for n in k
        ):
            return None
    chosen = [s for s, items in zip(servers, own, strict=True) if any(i.default_server for i in items)]
    return (chosen or servers)[0]


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

    def reply(self, path: str, depth: int) -> Reply | None:
        """What a path gets, after `depth` more redirects inside nginx at most."""
        rewritten = _returned(self.server.directives)
        if rewritten is not None:
            return rewritten
        if depth == 0 or _strange(self.server.directives):
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
        found = _returned(directives)
        if found is None and not _strange(directives) and not any(_steps_in(s) for s in scopes):
            inside = next(iter(named(directives, "internal")), None)
            if inside is not None and depth == _DEPTH:
                found = Reply(status=404, anchor=inside.head, text="only nginx itself may ask this")
            else:
                found = _refused(scopes)
            if found is None and location is not None and location.passes:
                return None
            found = found or self.file(directives, scopes, anchor, location, path, depth)
        return None if found is not None and _replaced(scopes, found.status) else found

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
        folder = _folder(scopes, location)
        if folder is None:
            return None
        base, rest = folder[0], path.partition("?")[0][folder[1] :]
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
        folder = _folder(scopes, location)
        here, *_ = path.partition("?")
        for word in tries.args[:-1]:
            text = word.value.replace("$uri", here).replace("$request_uri", here)
            wanted = text.rstrip("/") or "/"
            known = folder is not None and "$" not in text
            at = f"{folder[0]}/{wanted[folder[1] :].lstrip('/')}" if folder is not None else ""
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


def _returned(directives: tuple[Directive, ...]) -> Reply | None:
    """The first `return` that nothing before it can step in front of."""
    for directive in directives:
        name = directive.name.value
        if name in ("if", "rewrite") or "_by_lua" in name or name.startswith("js_"):
            return None
        if name == "return" and directive.args:
            status = decimal(directive.args[0].value)
            text = " ".join(["return", *(a.value for a in directive.args)])
            return Reply(
                status=302 if status is None else status, anchor=directive.head, text=f"`{text[:80]}`"
            )
    return None


def _strange(directives: tuple[Directive, ...]) -> bool:
    """Whether something may answer that is not known here."""
    return any(not _harmless(d.name.value) for d in directives)


def _harmless(name: str) -> bool:
    return name in _HARMLESS or name.startswith(_PREFIXES)


def _steps_in(scope: Scope) -> bool:
    """Whether something of an outer block steps in front of the content."""
    names = {d.name.value for d in scope.directives}
    return any(
        "_by_lua" in n or n.startswith(("js_", "auth_request", "auth_jwt", "satisfy", "perl")) for n in names
    )


def _refused(scopes: Scopes) -> Reply | None:
    """What access rules and passwords refuse for everybody."""
    rules = next((r for s in scopes if (r := list(named(s.directives, "allow", "deny")))), [])
    if rules and all(d.name.value == "deny" for d in rules) and rules[0].args[0].value == "all":
        return Reply(status=403, anchor=rules[0].head, text="nobody may ask this")
    word = setting(scopes, "auth_basic")
    if word is not None and word.args and word.args[0].value != "off" and "$" not in word.args[0].value:
        return Reply(status=401, anchor=word.head, text="a password is asked for here")
    return None


def _replaced(scopes: Scopes, status: int) -> bool:
    """Whether an `error_page` gives a status another one, or hands it to somebody else."""
    rules = next((r for s in scopes if (r := list(named(s.directives, "error_page")))), [])
    for rule in rules:
        words = [a.value for a in rule.args]
        if str(status) in words[:-1]:
            return any(w.startswith("=") for w in words) or words[-1].startswith("@") or "$" in words[-1]
    return False


def _folder(scopes: Scopes, location: Location | None) -> tuple[str, int] | None:
    """The folder that files are looked for in, and how much of the path it stands for."""
    alias = next(iter(named(location.directives, "alias")), None) if location is not None else None
    if alias is not None and location is not None:
        prefix = location.path.value if location.path is not None and "~" not in location.modifier else None
        known = prefix is not None and alias.args and "$" not in alias.args[0].value
        return (alias.args[0].value.rstrip("/"), len(prefix or "")) if known else None
    root = setting(scopes, "root")
    path = root.args[0].value if root is not None and root.args else "/etc/nginx/html"
    return (path.rstrip("/"), 0) if path.startswith("/") and "$" not in path else None
