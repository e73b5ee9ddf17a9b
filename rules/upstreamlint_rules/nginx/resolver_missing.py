"""A target with a variable needs DNS at run time, and no `resolver` is set.

With any variable in a `*_pass`, even in its path alone, nginx does not look the host up when it starts. It looks
among the upstreams for each request, then asks the `resolver`; without one the answer is `502`, and the log says
`no resolver defined to resolve`. `nginx -t` accepts it.

Names of upstreams, addresses, and hosts that another `*_pass` of the same configuration names literally with the
same port need no resolver. Nothing is reported while a file that may set a resolver is unknown.

Set a `resolver` in `http`, `server` or `location` (in Docker `127.0.0.11`, in Kubernetes the address of the cluster
DNS), or take the variable out of the target.

Basis: measured on nginx 1.22.1 and 1.31.4; ngx_http_proxy_module, `proxy_pass`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / {
            proxy_pass http://shop.example:8080$request_uri;  # error: [resolver-missing] "`shop.example`"
        }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    resolver 10.0.0.2;
    server {
        listen 80;
        location / {
            proxy_pass http://shop.example:8080$request_uri;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.numerals import is_digits
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pass whose host nothing can resolve."""
    # A name that no container has is a fault of its own, with a resolver or without.
    nobody = {
        (id(found.dial.route), found.wanted.lower())
        for found in graph.judged(Obstacle.UNKNOWN_NAME)
        if found.dial.caller.service is not None
    }
    for passed in graph.references(ProxyPass):
        target = passed.target
        if not target.variables or target.resolver is not None or not passed.instance.complete:
            continue
        host = _host(passed)
        if host is None or (id(passed.route), host.lower()) in nobody:
            continue
        yield Finding(
            message=f"no `resolver` is set, which {passed.title} needs for `{host}`",
            primary=Label(target.anchor, "the host is looked up for each request, because of the variable"),
            subject=passed.route,
            symptom=nginx_answers(502, f"no resolver defined to resolve {host}"),
            help=_help(passed),
            fault=target.target.value,
        )


def _host(passed: ProxyPass) -> str | None:
    """A host that DNS would have to know, as far as the text tells."""
    config, context = passed.instance.config, passed.target.context
    if passed.targets is None:
        return _partly_literal(passed)
    for target in passed.targets:
        address = target.address
        if address is None or target.fault or address.kind != "name":
            continue
        known = config.upstream(address.host, context) or config.implicit(address.host, target.port, context)
        if known is None:
            return address.host
    return None


def _partly_literal(passed: ProxyPass) -> str | None:
    """A host of several labels whose last ones are literal: no upstream is called so, and no address is."""
    text = passed.target.target.value.partition("://")[2] or passed.target.target.value
    host = text.partition("/")[0].partition(":")[0]
    tail = host.rpartition("}")[2].rpartition("$")[2].partition(".")[2]
    literal = tail.replace(".", "").replace("-", "")
    ends = passed.instance.config.upstreams
    if "." not in tail or not literal.isalnum() or is_digits(literal) or "$" in tail:
        return None
    return None if any(u.key.endswith("." + tail.lower()) for u in ends) else host


def _help(passed: ProxyPass) -> str:
    if passed.instance.service is not None:
        return "set `resolver 127.0.0.11;` (Docker's own DNS), or write the target without a variable"
    if passed.instance.workload is not None:
        return "set `resolver` to the address of the cluster DNS, or write the target without a variable"
    return "set a `resolver`, or write the target without a variable"
