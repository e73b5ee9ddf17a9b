"""One failure takes the only live server away, because a dead sibling stands beside it.

nginx never ejects the server of a group with a single address. It counts the addresses of all servers that are no
backups, those marked `down` included: with one live server and one that is `down`, `max_fails` (1 unless written)
applies to the live one. After one failed request it is left out for `fail_timeout` (10 seconds unless written), and
every request is answered with `502`; the log says `no live upstreams while connecting to upstream`.

Remove the server that is `down`, add a second live server or a backup, or set `max_fails=0`.

Basis: measured on nginx 1.22.1 and 1.31.4; `peers->single` in ngx_http_upstream_round_robin.c.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080;
        server 10.0.0.2:8080 down;  # warning: [ejection-empties-upstream] "`shop`"
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
        server 10.0.0.1:8080;
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
from upstreamlint.programs.nginx.model import Upstream
from upstreamlint.symptoms import NO_LIVE_UPSTREAMS


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each upstream whose only live server can be ejected."""
    for upstream in graph.nodes(Upstream):
        live = [s for s in upstream.servers if not s.down and not s.backup]
        dead = [s for s in upstream.servers if s.down and not s.backup]
        spare = any(s.backup and not s.down for s in upstream.servers)
        if len(live) != 1 or not dead or spare or upstream.opaque or live[0].max_fails == 0:
            continue
        only = live[0]
        fails = f"{only.max_fails} failures" if only.max_fails and only.max_fails > 1 else "one failure"
        pause = f"{only.fail_timeout:g} seconds" if only.fail_timeout is not None else "`fail_timeout`"
        yield Finding(
            message=f"upstream `{upstream.name}` has one live server, which {fails} takes away for {pause}",
            primary=Label(
                (dead[0].parameter("down") or dead[0].written).anchor,
                "because of this server, nginx counts failures",
            ),
            subject=upstream,
            related=(Label(only.anchor, "the only live server"),),
            symptom=NO_LIVE_UPSTREAMS,
            help="remove the server that is `down`, or set `max_fails=0` on the live one",
            # Nothing is lost while the live one answers.
            hit=(),
        )
