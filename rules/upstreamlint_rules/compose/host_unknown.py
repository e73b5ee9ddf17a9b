"""A proxy sends requests to a name that nothing in the Compose project has.

Inside a project's networks these names resolve: services, their aliases on that network, container names,
hostnames, and what `links` and `extra_hosts` add for one service. Compose 2 names containers
`<project>-<service>-1`; the `project_service_1` of Compose 1 is gone. nginx exits at start with `[emerg] host
not found in upstream`; a proxy that looks the name up later answers 502.

A project is closed by its nature. One that is attached to an external network may find the name there, so only
a near miss is reported then; names with a dot are taken for the Internet's.

Use the name of the service.

Basis: engine, `buildEndpointDNSNames`; nginx/docker-nginx issue 291.

## Fails

```yaml title="compose.yaml"
name: shop
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [catalog]
  catalog:
    image: registry.example/catalog:1
    expose: ["4000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://shop_catalog_1:4000;  # error: [host-unknown] "`shop_catalog_1`"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [catalog, basket]
    restart: unless-stopped
    extra_hosts: ["billing:192.0.2.7"]
  catalog:
    image: registry.example/catalog:1
    networks:
      default:
        aliases: [catalog.shop]
  basket:
    image: registry.example/basket:1
    container_name: the-basket
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://catalog.shop:4000;
    }
    location /basket/ {
        proxy_pass http://the-basket:4001;
    }
    location /billing/ {
        proxy_pass http://billing:9000;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost
from upstreamlint.model.compose import ComposeService
from upstreamlint.symptoms import unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that no service has as a name."""
    for host in graph.broken(UpstreamHost):
        client = host.client
        if host.obstacle is not HostObstacle.UNKNOWN_NAME or not isinstance(client, ComposeService):
            continue
        yield Finding(
            message=f"no service, alias or container is named `{host.wanted}` where `{client.name}` runs",
            primary=Label(host.anchor, f"looked up by `{client.name}`"),
            subject=host.owner,
            related=(
                *(Label(near.anchor, near.text) for near in host.near),
                *(Label(anchor, text) for anchor, text in host.far_end),
            ),
            symptom=unresolved(host.proxy, at_start=host.at_start),
            help=f"use `{host.near[0].instead}`"
            if host.near
            else "use the name of a service of this project",
            assumption="" if host.proxy else "the service dials what is written here",
            fault=host.wanted,
        )
