"""`server … resolve` without what it needs.

`resolve` looks a name up again while nginx runs. Open source nginx knows it since 1.27.3; before, it is
`invalid parameter "resolve"`. The upstream needs a `zone`, and a `resolver` must stand in the upstream or in `http`: one
in `server` does not count. In each case nginx does not start.

Add what is missing, use a newer image, or remove `resolve`.

Basis: measured on nginx 1.22.1 and 1.31.4; ngx_http_upstream_module, `server`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    resolver 10.0.0.2;
    upstream shop {
        server shop.example:8080 resolve;  # error: [resolve-unsupported] "`zone`"
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
    resolver 10.0.0.2;
    upstream shop {
        zone shop 64k;
        server shop.example:8080 resolve;
    }
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
from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.features import RESOLVING, lacks
from upstreamlint.programs.nginx.model import Upstream
from upstreamlint.symptoms import nginx_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each `resolve` that nginx refuses."""
    for instance in graph.nodes(NginxInstance):
        for upstream in instance.config.upstreams:
            for server in upstream.servers:
                for name in RESOLVING:
                    parameter = server.parameter(name)
                    if parameter is not None:
                        yield from _judge(instance, upstream, parameter, name)


def _judge(instance: NginxInstance, upstream: Upstream, parameter: Scalar, name: str) -> Iterator[Finding]:
    if lacks(RESOLVING[name], instance.version, instance.flavour):
        version = instance.version.text if instance.version else ""
        yield Finding(
            message=f"nginx {version} does not know `{name}`",
            primary=Label(parameter.anchor, "needs nginx 1.27.3 or newer, or NGINX Plus"),
            subject=upstream,
            related=(Label(instance.image.anchor, "this nginx"),) if instance.image else (),
            symptom=nginx_refuses(f'invalid parameter "{parameter}"'),
            help="use an image of 1.27.3 or newer, or remove the parameter",
            fault=name,
        )
        return
    if name != "resolve" or upstream.opaque:
        return
    if upstream.zone is None:
        yield Finding(
            message=f"`resolve` needs a `zone` in upstream `{upstream.name}`",
            primary=Label(parameter.anchor, "addresses that change have to be shared between workers"),
            subject=upstream,
            symptom=nginx_refuses(
                f'resolving names at run time requires upstream "{upstream.name}" to be in shared memory'
            ),
            help=f"add `zone {upstream.name} 64k;` to the upstream",
            fault="zone",
        )
    elif upstream.resolver is None and upstream.resolver_outside is None and instance.complete:
        misplaced = instance.config.resolvers[:1]
        yield Finding(
            message=f"`resolve` needs a `resolver` in upstream `{upstream.name}` or in `{upstream.context}`",
            primary=Label(parameter.anchor, "nobody to ask"),
            subject=upstream,
            related=tuple(Label(r.anchor, "does not count for an upstream") for r in misplaced),
            symptom=nginx_refuses(
                f'no resolver defined to resolve names at run time in upstream "{upstream.name}"'
            ),
            help=f"set a `resolver` in `{upstream.context}`",
            fault="resolver",
        )
