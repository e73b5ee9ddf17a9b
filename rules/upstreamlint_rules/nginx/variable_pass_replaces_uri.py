"""A target with a variable and a path sends every request to that one path.

Without variables, `proxy_pass http://shop/;` puts the rest of the request's path behind the `/`. With a variable in
the target nginx sends the path that is written, and nothing of the request's own: whatever was asked for, the server
behind sees `/`. `nginx -t` accepts it.

Leave the path away to hand on the request's own, or write out what shall be asked for with `$request_uri` or captures.

Basis: measured on nginx 1.22.1 and 1.31.4; ngx_http_proxy_module, `proxy_pass`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    resolver 10.0.0.2;
    server {
        listen 80;
        location /shop/ {
            set $shop shop.example:8080;
            proxy_pass http://$shop/;  # warning: [variable-pass-replaces-uri] "`/`"
        }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    resolver 10.0.0.2;
    server {
        listen 80;
        location /shop/ {
            set $shop shop.example:8080;
            proxy_pass http://$shop$request_uri;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.programs.nginx.references import ProxyPass


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each location of many paths whose target is one path."""
    for passed in graph.references(ProxyPass):
        target, location = passed.target, passed.location
        if (
            target.kind != "proxy_pass"
            or not target.variables
            or target.context != "http"
            or location is None
        ):
            continue
        if any(name.isupper() for name in target.variables):
            # A placeholder that `envsubst` fills in is no variable of nginx.
            continue
        path = _path(passed)
        internal = any(d.name.value == "internal" for d in location.directives)
        if path is None or location.modifier == "=" or location.named or target.conditional or internal:
            continue
        if not path.endswith("/") and location.path is not None and not location.path.value.endswith("/"):
            # One path to one path may be meant.
            continue
        yield Finding(
            message=f"every request of {passed.title} is sent to the path `{path}`, because the target has a variable",
            primary=Label(target.anchor, "the request's own path is dropped"),
            subject=passed.route,
            symptom=Symptom(log=f"the server behind sees `{path}` for every request"),
            help="remove the path to hand on the request's own, or append `$request_uri`",
            fault=target.target.value,
        )


def _path(passed: ProxyPass) -> str | None:
    """The literal path of the target, where it is the same for every request."""
    text = passed.target.target.value
    rest = text.partition("://")[2] or text
    host, slash, path = rest.partition("/")
    if slash:
        return None if "$" in path else "/" + path
    if host.count("$") != 1 or not passed.targets:
        return None
    paths = {t.address.uri for t in passed.targets if t.address is not None}
    only = paths.pop() if len(paths) == 1 else ""
    return only if only.startswith("/") else None
