"""The page for errors is asked of the server that just failed.

`error_page 502 /50x.html;` is an internal redirect: nginx looks for the location of `/50x.html` as for any request.
When that is the location whose requests fail, the page is fetched from the same dead target, and the client gets a
bare `502` after all.

Give the page a location of its own, or send to a named location.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        error_page 502 504 /50x.html;  # warning: [fallback-broken] "`/50x.html`"
        location / { proxy_pass http://10.0.0.1:8080; }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        error_page 502 504 /50x.html;
        location / { proxy_pass http://10.0.0.1:8080; }
        location = /50x.html { root /usr/share/nginx/html; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.model import Location, Server
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import BAD_GATEWAY

_FROM_NGINX = frozenset({"502", "504"})


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each error page that its own failing location would serve."""
    for passed in graph.references(ProxyPass):
        location, server = passed.location, passed.server
        if location is None or passed.target.context != "http" or passed.target.conditional:
            continue
        page = _page(passed)
        if page is None or (passed.fragment and server.directive is None):
            continue
        if _location_of(page.value, server) is not location:
            continue
        yield Finding(
            message=f"error page `{page}` is asked of the target that failed",
            primary=Label(page.anchor, f"falls into {passed.title}"),
            subject=passed.route,
            related=(Label(passed.target.anchor, "passed here, again"),),
            symptom=BAD_GATEWAY,
            help=f"add `location = {page}` with a `root`, or use a named location",
            fault=page.value,
        )


def _page(passed: ProxyPass) -> Scalar | None:
    """The page for the errors that nginx itself answers with when the target is dead."""
    for scope in passed.target.scopes:
        pages = [d for d in scope.all("error_page") if len(d.args) > 1]
        for directive in pages:
            codes = {a.value for a in directive.args[:-1]}
            if codes & _FROM_NGINX:
                last = directive.args[-1]
                return last if last.value.startswith("/") and "$" not in last.value else None
        if pages:
            return None
    return None


def _location_of(path: str, server: Server) -> Location | None:
    """The location that takes a path; nothing when an expression that was not run might."""
    best: Location | None = None
    for location in server.locations:
        written = location.path.value if location.path else ""
        if location.modifier == "=" and written == path:
            return location
        fits = location.modifier in ("", "^~") and not location.named and path.startswith(written)
        if fits and (best is None or best.path is None or len(written) > len(best.path.value)):
            best = location
    expressions = any(loc.modifier in ("~", "~*") for loc in server.locations)
    if best is not None and best.locations:
        return None
    return best if best is None or best.modifier == "^~" or not expressions else None
