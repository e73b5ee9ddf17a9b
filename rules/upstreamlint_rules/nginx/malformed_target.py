"""An address that nginx cannot read, or that lacks the port that it needs.

A scheme or a path in `server`, no scheme in `proxy_pass`, a port that is no number between 1 and 65535, an empty host
left by a variable that was not set: nginx names the fault and does not start. Where variables put a scheme behind the
scheme (a host of nginx-proxy-manager that was given as a URL), nginx answers each request with 500. `fastcgi_pass`, `uwsgi_pass`,
`scgi_pass`, `memcached_pass` and everything in `stream` know no default port, so a name without a port must be an
upstream's.

Write `host:port` in `server`, `scheme://host:port` in `proxy_pass`.

Basis: `ngx_parse_url`; every wording was seen on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server http://10.0.0.1:8080;  # error: [malformed-target] "invalid host"
    }
    server {
        listen 80;
        location / { proxy_pass http://shop; }
        location /php { fastcgi_pass php; }  # error: [malformed-target] "no port"
        location /old {
            set $host_given "http://10.0.0.2";  # error: [malformed-target] "two schemes"
            proxy_pass http://$host_given:8080;
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
    }
    server {
        listen 80;
        location / { proxy_pass http://shop; }
        location /php { fastcgi_pass 10.0.0.1:9000; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.values import Target, targets
from upstreamlint.programs.nginx.model import Upstream
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each address with a fault."""
    for upstream in graph.nodes(Upstream):
        for server in upstream.servers:
            fault = server.address.fault
            if fault is None and upstream.context == "stream" and server.address.kind in ("name", "ip"):
                fault = "no port" if server.address.port is None and not server.service else None
            if fault is not None and not _to_fill_in(server.written.value, fault):
                wording = f'{fault} in upstream "{server.written}"'
                yield Finding(
                    message=f"{fault} in `{server.written}`, a server of upstream `{upstream.name}`",
                    primary=Label(server.written.anchor, fault),
                    subject=upstream,
                    symptom=nginx_refuses(wording),
                    help=_help(fault),
                    fault=server.written.value,
                )
    for passed in graph.references(ProxyPass):
        if (twice := _two_schemes(passed)) is not None:
            yield Finding(
                message=f"two schemes in `{twice.value.text}`, where {passed.title} passes requests",
                primary=Label((twice.host_word or passed.target.target).anchor, "a host has no scheme"),
                subject=passed.route,
                symptom=Symptom(
                    500, "500 Internal Server Error", "", f'`invalid port in upstream "{twice.value.text}"`'
                ),
                help="write the host alone: the scheme stands before it",
                fault=twice.value.text,
            )
        found = _fault(passed)
        if found is None:
            continue
        fault, instead = found
        wording = fault if fault.startswith("invalid URL") else f'{fault} in upstream "{_text(passed)}"'
        yield Finding(
            message=f"{fault} in `{passed.target.target}`, where {passed.title} passes requests",
            primary=Label(passed.target.anchor, fault),
            subject=passed.route,
            symptom=nginx_refuses(wording),
            help=instead or _help(fault),
            fault=passed.target.target.value,
        )


def _two_schemes(passed: ProxyPass) -> Target | None:
    """What a pass with variables always comes to, where that has a scheme behind its scheme."""
    if not passed.target.variables:
        return None
    found = targets(passed.instance.config, passed.target)
    if not found or any(one.fault != "invalid port" or one.value.text.count("://") != _TWO for one in found):
        return None
    return found[0]


_TWO = 2


def _fault(passed: ProxyPass) -> tuple[str, str] | None:
    target = passed.target
    if target.variables and target.fault != "invalid URL prefix":
        return None
    if target.fault is not None and _to_fill_in(target.target.value, target.fault):
        return None
    if target.fault is not None:
        if target.fault == "invalid URL prefix":
            return (
                target.fault,
                f"start it with a scheme: `http://{target.target.value.partition('://')[2] or target.target.value}`",
            )
        return target.fault, ""
    address = target.address
    if address is None or target.port is not None or address.kind not in ("name", "ip"):
        return None
    if address.kind == "ip":
        return "no port", ""
    if not passed.instance.complete or passed.instance.upstream(target) is not None:
        return None
    return "no port", _elsewhere(
        passed.instance, passed
    ) or f"add a port, or define an upstream `{address.host}`"


def _to_fill_in(written: str, fault: str) -> bool:
    """Whether something stands for the port that a script puts in before nginx reads the file."""
    port = written.rpartition(":")[2].partition("/")[0]
    return fault == "invalid port" and bool(port) and is_placeholder(port)


def _elsewhere(instance: NginxInstance, passed: ProxyPass) -> str:
    """What to say when the other of `http` and `stream` has the upstream."""
    other = "stream" if passed.target.context == "http" else "http"
    host = passed.target.address.host if passed.target.address else ""
    found = instance.config.upstream(host, "stream" if other == "stream" else "http")
    return (
        f"define the upstream in `{passed.target.context}`: the one of that name is in `{other}`"
        if found
        else ""
    )


def _text(passed: ProxyPass) -> str:
    return passed.target.target.value[passed.target.offset :]


def _help(fault: str) -> str:
    if "port" in fault:
        return "give it one port, a number between 1 and 65535"
    if fault == "no host":
        return "give it a host; an unset variable of a template may have left it out"
    return "write `host:port`, without a scheme and without a path"
