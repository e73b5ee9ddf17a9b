"""A location and the path of its `proxy_pass` meet without a slash, or with two.

nginx cuts off what the location says and puts the path of the target in its place, letter by letter: with `location /api/` and
`proxy_pass http://shop:8000/v1`, a request for `/api/basket` goes to `/v1basket`. The other way round, `location /api` and
`proxy_pass http://shop:8000/v1/`, it goes to `/v1//basket`, which many servers tell from `/v1/basket`.

Write a slash at both ends, or at neither.

Basis: nginx, `proxy_pass`: "the part of a normalized request URI matching the location is replaced by a URI specified in the directive".

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes: ["./edge.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```nginx title="edge.conf"
server {
    listen 80;
    location /api/ {
        proxy_pass http://shop:8000/v1;  # warning: [pass-path-glued] "/v1"
    }
    location /media {
        proxy_pass http://shop:8000/files/;  # info: [pass-path-glued] "/files/"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes: ["./edge.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```nginx title="edge.conf"
server {
    listen 80;
    location /api/ {
        proxy_pass http://shop:8000/v1/;
    }
    location /media {
        proxy_pass http://shop:8000/files;
    }
    location = /health {
        proxy_pass http://shop:8000/status/;
    }
    location /old/ {
        rewrite ^/old/(.*)$ /v0/$1 break;
        proxy_pass http://shop:8000/v0;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.nginx.references import ProxyPass

_PREFIXES = ("", "^~")
"""The modifiers of a location that stands for all paths below it."""


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each target whose path is glued to the rest of the request's, or parted from it twice."""
    for passed in graph.references(ProxyPass):
        written, location = passed.target.target, passed.location
        path = _path(passed)
        if location is None or location.path is None or not (path[-1:] == "/" or path[-1:].isalnum()):
            continue
        prefix = location.path.value
        if prefix.endswith("/") == path.endswith("/"):
            continue
        doubled = path.endswith("/")
        asked, sent = f"{prefix.rstrip('/')}/page", f"{path}/page" if doubled else f"{path}page"
        yield Finding(
            message=f"a request for `{asked}` goes to `{sent}`",
            primary=Label(written.anchor, f"`{path}` takes the place of `{prefix}`"),
            subject=passed.route,
            related=(Label(location.path.anchor, "this is cut off"),),
            symptom=Symptom(log=f"the server behind sees `{sent}`"),
            help=f"write `location {prefix}/`" if doubled else f"end the target with `{path}/`",
            assumption="the server behind tells two slashes from one" if doubled else "",
            fault=written.value,
        )


def _path(passed: ProxyPass) -> str:
    """The path of a target that takes the place of the location's; empty where none does."""
    target, location = passed.target, passed.location
    if target.kind != "proxy_pass" or target.context != "http" or target.variables or target.conditional:
        return ""
    if location is None or location.modifier not in _PREFIXES or location.named:
        return ""
    if any(d.name.value == "rewrite" for d in location.directives):
        return ""
    host, slash, path = target.target.value.partition("://")[2].partition("/")
    return slash + path if "?" not in path and host != "unix:" else ""
