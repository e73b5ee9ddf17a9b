"""A timeout under which no request can succeed.

`proxy_connect_timeout 0` (and its kin for FastCGI, gRPC, uwsgi and SCGI) gives up at once: every request is answered
with `504`, and the log says `upstream timed out (110: Connection timed out) while connecting to upstream`.
`nginx -t` accepts it.

Write a time, such as `5s`.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / {
            proxy_connect_timeout 0;  # error: [upstream-timeout-broken] "`proxy_connect_timeout`"
            proxy_pass http://10.0.0.1:8080;
        }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / {
            proxy_connect_timeout 5s;
            proxy_pass http://10.0.0.1:8080;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.model import seconds
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers

_LOG = "upstream timed out (110: Connection timed out) while connecting to upstream"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each timeout of zero that is in force where requests are passed on."""
    for passed in graph.references(ProxyPass):
        if passed.target.context != "http":
            continue
        found = passed.target.setting(f"{passed.target.kind.removesuffix('_pass')}_connect_timeout")
        if found is None or not found.args or seconds(found.args[0].value) != 0:
            continue
        yield Finding(
            message=f"`{found.name}` is zero, so nginx gives up before it is connected",
            primary=Label(found.head, "no time at all"),
            subject=passed.route,
            related=(Label(passed.target.anchor, "for this target"),),
            symptom=nginx_answers(504, _LOG),
            help="write a time, such as `5s`",
            fault=found.name.value,
        )
