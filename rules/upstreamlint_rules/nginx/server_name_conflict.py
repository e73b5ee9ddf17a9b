"""Two servers claim one name, or the same place as default, on one address.

Two `default_server`s on an address and port make nginx refuse to start: `a duplicate default server`. With two servers of
one name, nginx starts, warns `conflicting server name "…" on 0.0.0.0:80, ignored`, and the second is never reached under
that name: its routes are dead.

Rename or merge one of the servers, or drop one `default_server`.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        server_name shop.example;
        location / { proxy_pass http://10.0.0.1:8080; }
    }
    server {
        listen 80;
        server_name shop.example;  # warning: [server-name-conflict] "`shop.example`"
        location / { proxy_pass http://10.0.0.2:8080; }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        server_name shop.example;
        location / { proxy_pass http://10.0.0.1:8080; }
    }
    server {
        listen 80;
        server_name admin.shop.example;
        location / { proxy_pass http://10.0.0.2:8080; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.model import Listen, Server
from upstreamlint.source import Anchor
from upstreamlint.symptoms import nginx_refuses

_Address = tuple[str, int | None, bool]


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name and each default that is claimed twice."""
    for instance in graph.nodes(NginxInstance):
        servers = [s for s in instance.config.servers if s.directive is not None and s.context == "http"]
        yield from _defaults(servers)
        yield from _names(servers)


def _address(listen: Listen) -> _Address:
    host = listen.host or ("" if listen.port is not None else listen.written.value)
    return host, listen.port, listen.written.value.startswith("[")


def _defaults(servers: list[Server]) -> Iterator[Finding]:
    first: dict[_Address, tuple[Server, Listen]] = {}
    for server in servers:
        for listen in server.listens:
            if not listen.default_server or "$" in listen.written.value:
                continue
            known, other = first.setdefault(_address(listen), (server, listen))
            if known is not server:
                yield Finding(
                    message=f"a second `default_server` for `{listen.written}`",
                    primary=Label(listen.directive.head, "the default is taken"),
                    subject=server,
                    related=(Label(other.directive.head, "by this server"),),
                    symptom=nginx_refuses(f"a duplicate default server for {_shown(listen)}"),
                    help="remove one of the two `default_server`",
                    fault=listen.written.value,
                )


def _names(servers: list[Server]) -> Iterator[Finding]:
    first: dict[tuple[_Address, str], tuple[Server, Anchor]] = {}
    for server in servers:
        told = False
        named = [(n.value.lower(), n.anchor) for n in server.names] or [("", server.anchor)]
        for listen in server.listens:
            for name, anchor in named:
                if name.startswith("~") or "$" in name or "$" in listen.written.value:
                    continue
                known, other = first.setdefault((_address(listen), name), (server, anchor))
                if known is server or told:
                    continue
                told = True
                yield _conflict(server, listen, (name, anchor), other)


def _conflict(server: Server, listen: Listen, claimed: tuple[str, Anchor], other: Anchor) -> Finding:
    name, anchor = claimed
    shown = f"`{name}`" if name else "no name"
    return Finding(
        message=f"two servers have {shown} on `{listen.written}`, and the second is never reached"
        + (" by it" if name else ""),
        primary=Label(anchor, "ignored here" if name else "no `server_name`, so it is never chosen"),
        subject=server,
        related=(Label(other, "the server that takes the requests"),),
        symptom=Symptom(log=f'nginx warns `conflicting server name "{name}" on {_shown(listen)}, ignored`'),
        help="rename one of them, or merge them",
        assumption="both files are meant to be read together"
        if anchor.source.path != other.source.path
        else "the other server does not answer all the same",
        fault=name,
    )


def _shown(listen: Listen) -> str:
    host = listen.host or ("[::]" if listen.written.value.startswith("[") else "0.0.0.0")  # noqa: S104 - shown, not bound
    return f"{host}:{listen.port}" if listen.port is not None else listen.written.value
