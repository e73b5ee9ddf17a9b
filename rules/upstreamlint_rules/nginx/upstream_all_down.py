"""Every server of an upstream is marked `down`.

`down` takes a server out for good, and a backup with `down` is no help either. `nginx -t` accepts it, and every
request through the upstream is answered with `502`; the log says `no live upstreams while connecting to upstream`.
Since 1.29.6 `drain` counts as well: only clients with a sticky session would still be sent there.

Take `down` away from a server that can answer, or add one.

Basis: measured on nginx 1.22.1 and 1.31.4, for `http` and `stream`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {  # error: [upstream-all-down] "`shop`"
        server 10.0.0.1:8080 down;
        server 10.0.0.2:8080 backup down;
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
    upstream shop {
        server 10.0.0.1:8080 down;
        server 10.0.0.2:8080 backup;
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
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import NO_LIVE_UPSTREAMS


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each upstream that requests are passed to and that has no live server."""
    for passed in graph.references(ProxyPass):
        for upstream in passed.upstreams:
            out = [s for s in upstream.servers if s.down or s.drain]
            if not out or len(out) < len(upstream.servers) or upstream.opaque:
                continue
            fallback = _fallback(passed)
            yield Finding(
                message=f"every server of upstream `{upstream.name}` is marked "
                + ("`down`" if all(s.down for s in out) else "`down` or `drain`"),
                primary=Label(upstream.anchor, "no server of this upstream takes requests"),
                subject=upstream,
                related=tuple(
                    Label(written.anchor, "taken out here")
                    for s in out[:3]
                    if (written := s.parameter("down" if s.down else "drain")) is not None
                ),
                symptom=NO_LIVE_UPSTREAMS,
                help="remove `down` from a server that can answer, or add one that does",
                assumption="the fallback for errors is not meant to answer" if fallback else "",
            )


def _fallback(passed: ProxyPass) -> bool:
    """Whether a named location takes over when nginx cannot pass a request on."""
    page = passed.target.setting("error_page")
    return page is not None and page.args[-1].value.startswith("@") and "502" in {a.value for a in page.args}
