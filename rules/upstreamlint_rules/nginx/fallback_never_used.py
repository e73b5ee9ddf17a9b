"""A page for errors that only the server behind can make, which nginx hands on as they are.

`error_page 500 503 …` covers answers that nginx makes itself. A `500` or `503` of the server behind is passed on to the
client unless `proxy_intercept_errors on` is set, so the page is never shown; a dead server is `502` or `504`.

Set `proxy_intercept_errors on`, or add 502 and 504.

Basis: measured on nginx 1.22.1 and 1.31.4; ngx_http_proxy_module, `proxy_intercept_errors`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / {
            error_page 503 /later.html;  # info: [fallback-never-used] "`503`"
            proxy_pass http://10.0.0.1:8080;
        }
        location = /later.html { root /usr/share/nginx/html; }
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
            error_page 503 /later.html;
            proxy_intercept_errors on;
            proxy_pass http://10.0.0.1:8080;
        }
        location = /later.html { root /usr/share/nginx/html; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.references import ProxyPass

_FROM_BEHIND = frozenset({"500", "503"})
_MAKES_ERRORS = ("limit_req", "limit_conn", "auth_request", "return", "rewrite", "if")


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each error page beside a pass that can never lead to it."""
    for passed in graph.references(ProxyPass):
        target = passed.target
        kind = target.kind.removesuffix("_pass")
        intercepts = target.setting(f"{kind}_intercept_errors")
        if intercepts is not None and [a.value for a in intercepts.args] == ["on"]:
            continue
        scope = target.scopes[0]
        if scope.kind != "location" or any(target.setting(name) for name in _MAKES_ERRORS):
            continue
        for page in scope.all("error_page"):
            codes = [a.value for a in page.args[:-1] if not a.value.startswith("=")]
            if codes and set(codes) <= _FROM_BEHIND:
                yield Finding(
                    message=f"the page for {' and '.join(f'`{c}`' for c in codes)} is never shown: nginx hands on what the server behind answers",
                    primary=Label(page.head, "only for errors that nginx makes itself"),
                    subject=passed.route,
                    help=f"set `{kind}_intercept_errors on`, or add 502 and 504",
                    fault=" ".join(codes),
                )
