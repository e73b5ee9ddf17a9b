"""The next server has nothing for the Host that it is asked for.

A proxy picks what it does by the Host header, or by the name in the TLS handshake. nginx gives what no `server_name` fits to its default
server, which often refuses (`return 444`, `return 404`, `ssl_reject_handshake on`); Envoy answers `404` where none of the `domains` of its
virtual hosts fits, and for Envoy the port is a part of the Host: `shop.example:8080` is not `shop.example`. What is sent is often not what was
meant: nginx sends the name of the target, which may be that of an upstream, unless `proxy_set_header Host` says otherwise; cloudflared asks
TLS for the host of the service's URL. A gateway of Istio chooses its server by the name that TLS asks for, which nginx sends none of without `proxy_ssl_server_name on`.

Send a Host that the next server has, or give it the name.

Where clients come by a port that the machine publishes, it is a warning: something in front of it may change the Host.

Basis: nginx, ngx_http_core_module (`server_name`), ngx_http_proxy_module (`$proxy_host`); Envoy, `VirtualHost.domains`, measured on Envoy 1.40.0
(404 with the flag NR).

## Fails

```nginx title="edge.conf"
upstream shop_pool {
    server shop:80;
}
server {
    listen 80;
    location / { proxy_pass http://shop_pool; }  # error: [host-not-taken] "shop_pool"
}
```

```nginx title="shop.conf"
server {
    listen 80 default_server;
    return 444;
}
server {
    listen 80;
    server_name shop.example;
    root /srv;
}
```

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes: ["./edge.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [shop]
  shop:
    image: nginx:1.27
    volumes: ["./shop.conf:/etc/nginx/conf.d/default.conf:ro"]
```

## Passes

```nginx title="edge.conf"
upstream shop_pool {
    server shop:80;
}
server {
    listen 80;
    location / {
        proxy_pass http://shop_pool;
        proxy_set_header Host shop.example;
    }
}
```

```nginx title="shop.conf"
server {
    listen 80 default_server;
    return 444;
}
server {
    listen 80;
    server_name shop.example;
    root /srv;
}
```

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes: ["./edge.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [shop]
  shop:
    image: nginx:1.27
    volumes: ["./shop.conf:/etc/nginx/conf.d/default.conf:ro"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.wording import caller, ends, name_of


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each hop whose Host, or name of TLS, the next listener has nothing for."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.OTHER_HOST, Obstacle.TLS_NAME):
        lost = costs.of(found)
        yield Finding(
            message=_message(found),
            primary=Label(found.anchor, "sent from here"),
            subject=found.dial.route or found.owner,
            related=ends(found),
            symptom=lost.symptom,
            help=_help(found),
            assumption=lost.assumption,
            fault=f"{found.obstacle}:{found.wanted}",
            hit=lost.hit,
        )


def _message(found: Judgement) -> str:
    there = f"port {found.number} of `{name_of(found.target)}`"
    if found.dial.handed_on:
        return (
            f"clients of {caller(found.dial)} send Host `{found.wanted}` to {there}, which takes no such host"
        )
    if found.obstacle is Obstacle.TLS_NAME:
        asked = (
            f"asks {there} for TLS as `{found.wanted}`"
            if found.wanted
            else f"asks {there} for TLS without a name"
        )
        return f"{caller(found.dial)} {asked}, which ends the handshake"
    return f"{caller(found.dial)} sends Host `{found.wanted}` to {there}, which takes no such host"


def _help(found: Judgement) -> str:
    instead = found.reply.instead if found.reply is not None else ""
    if found.dial.handed_on and instead:
        return f"add `{instead[0]}:*` to the domains"
    return f"send a Host that it takes: `{instead[0]}`" if instead else "ask for a name that it has"
