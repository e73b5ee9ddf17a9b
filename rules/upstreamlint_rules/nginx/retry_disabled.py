"""Retries are off although the upstream has several servers.

By default nginx tries the next server when one refuses or times out. `proxy_next_upstream off` and
`proxy_next_upstream_tries 1` forbid it: while one server is dead, its share of the requests is answered with `502` although
the others are well.

Remove the directive, or set `proxy_next_upstream error timeout;`.

Basis: measured on nginx 1.22.1 and 1.31.4: two servers, one dead, every second request fails.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080;
        server 10.0.0.2:8080;
    }
    server {
        listen 80;
        location / {
            proxy_next_upstream off;  # warning: [retry-disabled] "`shop`"
            proxy_pass http://shop;
        }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080;
        server 10.0.0.2:8080;
    }
    server {
        listen 80;
        location / {
            proxy_next_upstream error timeout;
            proxy_pass http://shop;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import BAD_GATEWAY


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pass to several servers that tries only one."""
    for passed in graph.references(ProxyPass):
        prefix = passed.target.kind.removesuffix("_pass")
        off = passed.target.setting(f"{prefix}_next_upstream")
        tries = passed.target.setting(f"{prefix}_next_upstream_tries")
        wrong = off if off and [a.value for a in off.args] == ["off"] else None
        if wrong is None and tries and [a.value for a in tries.args] == ["1"]:
            wrong = tries
        for upstream in passed.upstreams:
            live = [s for s in upstream.servers if not s.down]
            if wrong is None or len(live) < 2:  # noqa: PLR2004 - a server and a next one
                continue
            yield Finding(
                message=f"no other server of upstream `{upstream.name}` is tried when one fails",
                primary=Label(wrong.head, "only one server is tried"),
                subject=upstream,
                related=(Label(passed.target.anchor, f"passed to {len(live)} servers"),),
                symptom=BAD_GATEWAY,
                help="remove it, or set " + f"`{prefix}_next_upstream error timeout;`",
                fault=wrong.name.value,
                # Nothing is lost while every server answers.
                hit=(),
            )
