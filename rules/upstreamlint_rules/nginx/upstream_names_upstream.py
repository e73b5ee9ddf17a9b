"""A server of an upstream is the name of another upstream.

Upstreams do not nest. `server api;` is looked up in DNS, on port 80, even when an upstream `api` exists: where no host has
that name nginx logs `host not found in upstream` and does not start. A server with a port, and an upstream that names
itself, are left alone: those are hosts that happen to be called so.

List the servers of the other upstream.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream api { server 10.0.0.1:8080; }
    upstream shop {
        server api;  # warning: [upstream-names-upstream] "`api`"
    }
    server {
        listen 80;
        location / { proxy_pass http://shop; }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    upstream shop { server 10.0.0.1:8080; }
    server {
        listen 80;
        location / { proxy_pass http://shop; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.symptoms import HOST_NOT_FOUND


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each server that is another upstream's name; where nginx runs in a container, names are known better."""
    for instance in graph.nodes(NginxInstance):
        if instance.client is not None:
            continue
        for upstream in instance.config.upstreams:
            for server in upstream.servers:
                address = server.address
                other = instance.config.upstream(address.host, upstream.context)
                if (
                    address.kind != "name"
                    or address.port is not None
                    or other is None
                    or other.key == upstream.key
                ):
                    continue
                yield Finding(
                    message=f"a server of upstream `{upstream.name}` names upstream `{other.name}`, and upstreams do not nest",
                    primary=Label(server.host_anchor, "looked up in DNS"),
                    subject=upstream,
                    related=(Label(other.anchor, "not what is asked for"),),
                    symptom=HOST_NOT_FOUND,
                    help=f"list the servers of `{other.name}` here",
                    assumption="no host has that name",
                    fault=address.host,
                )
