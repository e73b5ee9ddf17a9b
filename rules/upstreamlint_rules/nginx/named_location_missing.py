"""`error_page` or `try_files` sends to a named location that its server does not have.

Named locations belong to one `server`. When the redirect happens nginx answers `500`, whatever the reason was, and the
log says `could not find named location`. `nginx -t` accepts it.

Define the location in the same `server`, or name one that is there.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / {
            proxy_pass http://10.0.0.1:8080;
            error_page 502 504 = @fallback;  # error: [named-location-missing] "`@fallback`"
        }
        location @fall-back { return 200 "later"; }
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
            proxy_pass http://10.0.0.1:8080;
            error_page 502 504 = @fallback;
        }
        location @fallback { return 200 "later"; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.documents import Scalar
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.mend import respelt
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name that no location of the server has."""
    for instance in graph.nodes(NginxInstance):
        for server in instance.config.servers:
            if server.directive is None or _is_open(server.directives):
                continue
            named = {loc.path.value: loc for loc in server.all_locations() if loc.named and loc.path}
            for written in _references(server.directives):
                if written.value in named:
                    continue
                near = near_names(written.value, list(named))
                yield Finding(
                    message=f"server `{server.title}` has no location `{written}`",
                    primary=Label(written.anchor, "no such location"),
                    subject=server,
                    related=tuple(Label(named[n].anchor, "this one has a similar name") for n in near[:1]),
                    symptom=nginx_answers(500, f'could not find named location "{written}"'),
                    fix=respelt(written.anchor, written.value, near[0]) if len(near) == 1 else (),
                    help=f"write `{near[0]}`"
                    if near
                    else f"define `location {written}` in the same `server`",
                    fault=written.value,
                )


def _references(directives: tuple[Directive, ...]) -> Iterator[Scalar]:
    for directive in directives:
        if directive.name.value in ("error_page", "try_files") and len(directive.args) > 1:
            last = directive.args[-1]
            if last.value.startswith("@") and "$" not in last.value:
                yield last
        if directive.block and not directive.name.value.endswith("_by_lua_block"):
            yield from _references(directive.block)


def _is_open(directives: tuple[Directive, ...]) -> bool:
    """Whether an include that was not read may bring the location."""
    return any(d.name.value == "include" or (d.block and _is_open(d.block)) for d in directives)
