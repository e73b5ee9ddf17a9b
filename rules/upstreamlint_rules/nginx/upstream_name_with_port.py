"""A target gives a port to a name that is an upstream's.

An upstream brings the ports of its servers. `proxy_pass http://shop:8080` with an upstream `shop` makes nginx refuse
to start: `upstream "shop" may not have port 8080`. When the target comes out of a variable, nginx starts, does not
take the name for the upstream, and answers `502` for lack of an address.

Remove the port, or rename the upstream.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop { server 10.0.0.1:8080; }
    server {
        listen 80;
        location / { proxy_pass http://shop:8080; }  # error: [upstream-name-with-port] "port 8080"
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
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers, nginx_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each target that is an upstream's name and a port."""
    for passed in graph.references(ProxyPass):
        for target in passed.targets or ():
            address = target.address
            if address is None or address.kind != "name" or address.port is None:
                continue
            upstream = passed.instance.config.upstream(address.host, passed.target.context)
            if upstream is None:
                continue
            variable = bool(passed.target.variables)
            if variable and passed.target.resolver is not None:
                continue
            yield Finding(
                message=f"upstream `{upstream.name}` may not have port {address.port}",
                primary=Label(
                    passed.target.anchor
                    if not variable
                    else (target.value.origin or passed.target.target).anchor,
                    "a port on the name of an upstream",
                ),
                subject=passed.route,
                related=(Label(upstream.anchor, "the upstream of that name"),),
                symptom=nginx_answers(502, f"no resolver defined to resolve {address.host}")
                if variable
                else nginx_refuses(f'upstream "{upstream.name}" may not have port {address.port}'),
                help=f"write `{upstream.name}` without the port; its servers have ports of their own",
                fault=address.text,
            )
