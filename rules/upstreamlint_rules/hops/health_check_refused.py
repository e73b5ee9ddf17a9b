"""A health check asks what its backend does not answer as the asker wants.

Proxies and load balancers take a backend out whose health check fails, or never take it in. What is asked is often the
asker's own choice: HAProxy's `option httpchk` sends `OPTIONS /`, an AWS or Google load balancer `GET /` and waits for `200`. An
nginx that serves files answers `OPTIONS` with `405`, a server that redirects to HTTPS answers `301`, and an application that
answers `/healthz` need not answer `/`. A program that is told a base path (`server.servlet.context-path`, `SERVER_BASEPATH`,
`--web.route-prefix`) answers nothing outside of it. The backend works, and gets no requests.

A container that asks itself (`curl -f`, `wget --spider` in a Compose file, a Dockerfile or an exec probe) is held against the same answers: it
turns unhealthy, or is restarted, although it serves everybody else.

It is an error where the configuration of the backend says the status. It is a warning where a probe of the same container
shows which path is answered, and it is another one than the asker's default.

Ask a path that is answered, with a method and a Host that are taken, or say which statuses are good.

Basis: HAProxy configuration manual, `option httpchk`; nginx, ngx_http_static_module.c; GKE documentation, "Health checks"; AWS
documentation, "Health checks for target groups".

## Fails

```haproxy title="haproxy.cfg"
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend web
  bind *:8000
  default_backend site
backend site
  option httpchk  # error: [health-check-refused] "405"
  server site site:80 check
```

```nginx title="site.conf"
server {
    listen 80;
    root /usr/share/nginx/html;
}
```

```yaml title="compose.yaml"
services:
  balancer:
    image: haproxy:3.0
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    depends_on: [site]
  site:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]
```

## Passes

```haproxy title="haproxy.cfg"
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend web
  bind *:8000
  default_backend site
backend site
  option httpchk
  http-check send meth GET uri /
  server site site:80 check
```

```nginx title="site.conf"
server {
    listen 80;
    root /usr/share/nginx/html;
}
```

```yaml title="compose.yaml"
services:
  balancer:
    image: haproxy:3.0
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    depends_on: [site]
  site:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]
```
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.facets.dial import Ask
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.wording import caller, ends, name_of, own_check
from upstreamlint.source import Anchor

_NOT_ALLOWED = 405
_SPOKEN = ("plain HTTP", "TLS")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each question that is never answered well, with all the backends that it is put to."""
    together: dict[tuple[Anchor, str, object], list[Judgement]] = defaultdict(list)
    own = graph.checked(Obstacle.OTHER_ANSWER, Obstacle.PLAIN_TO_TLS, Obstacle.TLS_TO_PLAIN)
    for found in chain(graph.judged(Obstacle.OTHER_ANSWER, Obstacle.NOT_SHOWN), own):
        status = found.reply.status if found.reply is not None else None
        together[found.anchor, found.wanted, status].append(found)
    for same in together.values():
        first = same[0]
        ask = first.dial.ask or Ask(anchor=first.anchor)
        names = dict.fromkeys(f"`{name_of(found.target)}`" for found in same)
        yield Finding(
            message=_message(first, " and ".join(names)),
            primary=Label(first.anchor, "asked here" if ask.written else "checked with the default"),
            subject=first.dial.route or first.owner,
            related=tuple(dict.fromkeys(label for found in same for label in ends(found))),
            symptom=symptom(first),
            help=_help(first, ask),
            assumption=first.assumption,
            fault=f"{first.obstacle}:{first.wanted}:{name_of(first.target)}",
        )


def _message(found: Judgement, names: str) -> str:
    if found.dial.of_itself:
        if found.reply is not None:
            return f"{own_check(found)} asks `{found.wanted}`, which is answered with {found.reply.status}"
        spoken, heard = _SPOKEN if found.obstacle is Obstacle.PLAIN_TO_TLS else _SPOKEN[::-1]
        return f"{own_check(found)} asks port {found.wanted} with {spoken}, which speaks {heard}"
    asks = f"{caller(found.dial)} asks {names} for its health with `{found.wanted}`"
    if found.reply is not None:
        return f"{asks}, which is answered with {found.reply.status}"
    because = found.dial.ask.why if found.dial.ask is not None else ""
    return f"{asks}{f': {because}' if because else ''}"


def _help(found: Judgement, ask: Ask) -> str:
    if found.obstacle in (Obstacle.PLAIN_TO_TLS, Obstacle.TLS_TO_PLAIN):
        return "ask with the scheme that the port speaks"
    if found.reply is None:
        return ask.remedy or "name the path that the backend answers"
    if found.reply.path:
        return f"ask `{found.reply.path}`"
    if found.reply.status == _NOT_ALLOWED:
        return "ask with GET"
    good = ", ".join(str(low) if low == high else f"{low} to {high}" for low, high in ask.accepts)
    return f"ask what is answered with {good}"
