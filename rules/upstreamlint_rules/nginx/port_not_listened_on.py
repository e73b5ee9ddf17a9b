"""A port leads to an nginx that does not listen on it.

A Service, a published port or another proxy sends requests to a port of nginx's container, and no `listen` of its
configuration has that port: the connection is refused. The client gets `502` from an nginx before it, `503` with the flag
`UF` from Envoy, a closed connection from a published port. A probe of such a port fails, so the pod never becomes ready.

Reported when nginx runs alone in its container and all of its configuration is known. A port of a Service beside one that
works is a warning, for it may be left over; a published port beside one that works is left alone.

Let both ends name one port.

Basis: ngx_http_core_module, `listen`; a server without `listen` takes port 80.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    ports:
      - "8080:8080"  # error: [port-not-listened-on] "port 8080"
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
server {
    listen 80;
    location / { proxy_pass http://shop:9000; }
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    ports:
      - "8080:80"
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
server {
    listen 80;
    location / { proxy_pass http://shop:9000; }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.nginx.listening import Dialled, unheard
from upstreamlint.symptoms import CONNECTION_FAILED, NEVER_READY, refused


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each dialled port that no `listen` has."""
    for dialled in unheard(graph):
        listens = sorted(dialled.instance.listens or ())
        shown = " and ".join(str(n) for n in listens)
        yield Finding(
            message=f"nginx in {dialled.instance.title} does not listen on port {dialled.number}",
            primary=Label(dialled.anchor, dialled.text),
            subject=dialled.subject,
            related=tuple(_listens(dialled)),
            symptom=_symptom(dialled),
            help=f"use port {shown}" if len(listens) == 1 else f"use one of the ports {shown}",
            assumption="the port is in use" if dialled.spare else "",
            fault=str(dialled.number),
        )


def _listens(dialled: Dialled) -> Iterator[Label]:
    for server in dialled.instance.config.servers[:2]:
        yield from (Label(item.directive.head, "nginx listens here") for item in server.listens[:1])


def _symptom(dialled: Dialled) -> Symptom:
    if dialled.probe:
        return NEVER_READY
    if dialled.proxy is None:
        return CONNECTION_FAILED
    return (
        refused(dialled.proxy) if dialled.proxy else Symptom(log="the connection is closed without an answer")
    )
