"""A location passes requests to the very server that it is in.

The request comes back to the same location, and again, until nginx runs out of connections: the log says
`worker_connections are not enough`, and the client gets `502`. Reported when the address is one that this nginx listens
on, or a name of its own service, when no other server shares it, and when the path stays as it is, so that the same location takes the request.

Pass to the port that the application listens on.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 8080;
        location / { proxy_pass http://127.0.0.1:8080; }  # error: [proxy-loop] "itself"
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / { proxy_pass http://127.0.0.1:8080; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.dials.own import dialled, own_servers
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pass that leads back to its own location."""
    for passed in graph.references(ProxyPass):
        target = passed.target
        if (
            target.kind != "proxy_pass"
            or target.conditional
            or target.variables
            or passed.server.directive is None
        ):
            continue
        if not _keeps_path(passed):
            continue
        found = list(dialled(passed))
        named = _named(graph, passed)
        for address, port in found:
            own = own_servers(passed.instance, address, port, named=port in named)
            servers = {id(s) for s, _ in own}
            if servers != {id(passed.server)}:
                continue
            listen = own[0][1]
            yield Finding(
                message=f"{passed.title} passes requests to itself",
                primary=Label(target.anchor, f"leads to port {port} of this nginx"),
                subject=passed.route,
                related=(Label(listen.anchor, "the same server listens here"),),
                symptom=nginx_answers(502, "worker_connections are not enough"),
                help="pass to the address that the application listens on",
                assumption=""
                if len([1 for a, p in found if a.kind != "variable"]) == len(passed.upstreams or (1,))
                else "the other servers are not asked first",
                fault=target.target.value,
            )
            break


def _named(graph: Graph, passed: ProxyPass) -> set[int | None]:
    """The ports of its own service that a name leads to."""
    place = passed.instance.place
    owners = passed.upstreams or (passed.route,)
    edges = (edge for owner in owners if owner is not None for edge in graph.heads(owner))
    return {edge.port for edge in edges if place is not None and edge.head is place.node}


def _keeps_path(passed: ProxyPass) -> bool:
    """Whether the request that comes back is for the same location."""
    location, uri = passed.location, passed.target.uri
    if location is None or location.path is None:
        return passed.target.context == "stream"
    if (
        location.named
        or location.modifier in ("~", "~*")
        or any(
            d.name.value in ("rewrite", "if", "proxy_method", "allow", "deny", "auth_request")
            for d in location.directives
        )
    ):
        return False
    return not uri or uri.startswith(location.path.value)
