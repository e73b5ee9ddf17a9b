"""A variable that makes up a target can be empty.

A `map` without `default` is empty for everything that it does not list. Where the whole host, or the whole URL, comes
out of it, nginx answers `500` for those requests, and the log says `invalid URL prefix in "http://"`. `nginx -t`
accepts it.

Give the `map` a `default` that leads somewhere, or answer the empty case with an `if` and a `return`.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    map $host $pool {
        shop.example 10.0.0.1:8080;
    }
    server {
        listen 80;
        location / { proxy_pass http://$pool; }  # warning: [variable-target-empty] "`$pool`"
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    map $host $pool {
        default 10.0.0.2:8080;
        shop.example 10.0.0.1:8080;
    }
    server {
        listen 80;
        location / { proxy_pass http://$pool; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.model import Target
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pass whose variable can leave it without a host."""
    for passed in graph.references(ProxyPass):
        if not passed.target.variables or not passed.targets or _guarded(passed):
            continue
        empty = [t for t in passed.targets if _is_empty(t)]
        if not empty:
            continue
        name = f"${passed.target.variables[0]}"
        origin = empty[0].value.origin
        always = len(empty) == len(passed.targets)
        yield Finding(
            message=f"`{name}` is empty"
            + ("" if always else " for what it does not list")
            + f", so {passed.title} has no target",
            primary=Label(passed.target.anchor, "nothing is left of the target then"),
            subject=passed.route,
            related=(Label(origin.anchor, "no value here"),)
            if origin and origin is not passed.target.target
            else (),
            symptom=nginx_answers(500, f'invalid URL prefix in "{empty[0].value.text}"'),
            help="give it a default that leads somewhere, or answer the empty case with `return`",
            assumption="" if always else "such requests come",
            fault=passed.target.target.value,
        )


def _is_empty(target: Target) -> bool:
    """Whether nothing but a scheme is left."""
    return (
        target.fault is not None
        and target.value.text.partition("://")[2].partition("/")[0] == ""
        and (target.value.text == "" or target.value.text.endswith("://") or "://" in target.value.text)
    )


def _guarded(passed: ProxyPass) -> bool:
    """Whether a condition around the pass, or before it, looks at one of its variables."""
    names = {f"${v}" for v in passed.target.variables}
    for scope in passed.target.scopes:
        conditions = scope.all("if")
        if scope.header is not None and scope.header.name.value == "if":
            conditions.append(scope.header)
        if any(name in " ".join(a.value for a in d.args) for d in conditions for name in names):
            return True
    return False
