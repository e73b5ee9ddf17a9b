"""A server has no answer of its own when its upstream fails, while its neighbours have one.

When every server of the upstream is down, nginx answers with its bare `502 Bad Gateway` page. An `error_page` for `502`, `503`
and `504` gives the client something useful instead: a static page, another upstream, a cached answer.

Add an `error_page`. An nginx that has none at all is not reported.

Basis: ngx_http_core_module, `error_page`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop { server 10.0.0.1:8080; server 10.0.0.2:8080; }
    server {
        listen 80;
        server_name shop.example;
        error_page 502 503 504 /sorry.html;
        location = /sorry.html { root /srv/sorry; }
        location / { proxy_pass http://shop; }
    }
    server {  # info: [fallback-missing] "`admin.example`"
        listen 80;
        server_name admin.example;
        location / { proxy_pass http://shop; }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    upstream shop { server 10.0.0.1:8080; server 10.0.0.2:8080; }
    server {
        listen 80;
        server_name shop.example;
        error_page 502 503 504 /sorry.html;
        location = /sorry.html { root /srv/sorry; }
        location / { proxy_pass http://shop; }
    }
    server {
        listen 80;
        server_name admin.example;
        error_page 502 503 504 /sorry.html;
        location = /sorry.html { root /srv/sorry; }
        location / { proxy_pass http://shop; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.model import Server
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import BAD_GATEWAY

_FAILURES = frozenset({"502", "503", "504"})


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each server that passes requests on and catches no failure, in an nginx where another one does."""
    passing: dict[int, ProxyPass] = {}
    catching: set[int] = set()
    catching_in: set[int] = set()
    for passed in graph.references(ProxyPass):
        if passed.server.context != "http" or not passed.upstreams:
            continue
        passing.setdefault(id(passed.server), passed)
        if _catches(passed):
            catching.add(id(passed.server))
            catching_in.add(id(passed.instance))
    for key, passed in passing.items():
        if key in catching or id(passed.instance) not in catching_in or passed.fragment:
            continue
        server: Server = passed.server
        yield Finding(
            message=f"server `{server.title}` has no `error_page` for a failed upstream, as others of this nginx have",
            primary=Label(server.anchor, "clients see the bare `502 Bad Gateway`"),
            subject=server,
            symptom=BAD_GATEWAY,
            help="add `error_page 502 503 504` with a page or a named location",
        )


def _catches(passed: ProxyPass) -> bool:
    return any(
        not _FAILURES.isdisjoint(word.value for word in directive.args)
        for scope in passed.target.scopes
        for directive in scope.all("error_page")
    )
