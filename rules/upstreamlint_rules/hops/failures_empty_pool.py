"""Settings that together take every server out for the answers of a few requests.

Failover and passive checks are meant for a server that is broken. Where an answer of the application counts as a failure, too, a request that
every server answers with it takes them out one after another. nginx with `proxy_next_upstream http_500` hands such a request on to the
next server, and each counts it as one of its `max_fails`, which is 1 unless written: a single bad request empties the upstream, and everybody gets
`502` for `fail_timeout` (10 seconds unless written); the log says `no live upstreams while connecting to upstream`. A short
`proxy_read_timeout` does the same with requests that are slow. Caddy leaves an upstream out for `fail_duration` whose answers have an
`unhealthy_status`, HAProxy one whose answers it observes (`observe layer7` with `on-error mark-down` or `sudden-death`, or with `fall 1`), Traefik one
of a service with `passiveHealthCheck` after `maxFailedAttempts`, which is 1 unless written. For Envoy see `envoy-ejection-empties-cluster`.

It is advice where only answers count that a proxy gives (`502` to `504`), or time-outs.

Leave the answers of the application out of what is tried again, raise `max_fails`, bound the tries (`proxy_next_upstream_tries 2`), or add a backup.

Basis: nginx, ngx_http_upstream_module (`max_fails`), ngx_http_proxy_module (`proxy_next_upstream`); measured: three servers, two that answer 500 and one that is slow, with `proxy_next_upstream timeout http_500`: all were left out after
one request. Caddy, `reverse_proxy`, passive health checks; HAProxy configuration manual, `observe`, `on-error`; measured on Caddy 2.11.7, HAProxy 2.8.25 and Traefik 3.7.15: of two servers that answer
500 each is out after one request (`error-limit 1`), and the third one is answered with 503.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080;
        server 10.0.0.2:8080;
        server 10.0.0.3:8080;
    }
    server {
        listen 80;
        location / {
            proxy_pass http://shop;
            proxy_read_timeout 1s;
            proxy_next_upstream error timeout http_500;  # warning: [failures-empty-pool] "`shop`"
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
        server 10.0.0.2:8080;
        server 10.0.0.3:8080;
    }
    server {
        listen 80;
        location / {
            proxy_pass http://shop;
            proxy_read_timeout 1s;
            proxy_next_upstream error timeout http_500;
            proxy_next_upstream_tries 2;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import Failure, answer
from upstreamlint.numerals import decimal
from upstreamlint.programs.connectors.model import Pool as Connected
from upstreamlint.programs.forwarding import Pool
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.model import Upstream, UpstreamServer, seconds
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import NO_LIVE_UPSTREAMS

_OWN = ("http_500", "http_429")
"""Answers that an application gives to a request, whichever server it comes to."""
_OTHERS = ("http_502", "http_503", "http_504")
_SHORT = 5.0
"""A read time-out of so many seconds is one that slow answers meet."""


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pool that answers alone can empty."""
    for passed in graph.references(ProxyPass):
        for upstream in passed.upstreams:
            found = _of_nginx(passed, upstream)
            if found is not None:
                yield found
    for pool in graph.dialling(Pool):
        if len(pool.targets) > 1 and pool.emptied:
            yield _of_pool(pool, pool.by)
    for connected in graph.dialling(Connected):
        if sum(1 for o in connected.origins if o.weight) > 1 and connected.emptied:
            yield _of_pool(connected, "Traefik")


def _of_pool(pool: Pool | Connected, by: str) -> Finding:
    (anchor, text), *others = pool.emptied
    return Finding(
        message=f"a few bad answers leave `{pool.name or pool.where}` without a server",
        primary=Label(anchor, text),
        subject=pool,
        related=tuple(Label(at, what) for at, what in others),
        symptom=answer(by, Failure.NO_ENDPOINTS),
        help="let fewer answers count as failures, or for a shorter time",
        assumption="every server answers such a request alike",
        hit=(),
    )


def _of_nginx(passed: ProxyPass, upstream: Upstream) -> Finding | None:
    """An upstream that one request empties, as far as every live server counts each failure, and none stands by."""
    again = passed.target.setting(_setting(passed, "next_upstream"))
    live = [s for s in upstream.servers if not s.down and not s.backup]
    spare = any(s.backup and not s.down for s in upstream.servers)
    words = [a.value for a in again.args] if again is not None else []
    counted = [w for w in (*_OWN, *_OTHERS) if w in words]
    if again is None or not counted or len(live) < 2 or spare or upstream.opaque:  # noqa: PLR2004 - one server is never left out
        return None
    tries = passed.target.setting(_setting(passed, "next_upstream_tries"))
    allowed = decimal(tries.args[0].value) if tries is not None and tries.args else 0
    if (
        any(s.max_fails is None or s.max_fails != 1 for s in live)
        or allowed is None
        or 0 < allowed < len(live)
    ):
        return None
    read = passed.target.setting(_setting(passed, "read_timeout"))
    return Finding(
        message=f"one request that each server of upstream `{upstream.name}` answers with "
        f"{counted[0].removeprefix('http_')} takes all {len(live)} of them out",
        primary=Label(again.head, "tries the next one, and counts a failure of each"),
        subject=upstream,
        related=(*_counting(live), *_slow(read, words)),
        symptom=NO_LIVE_UPSTREAMS,
        help="leave the answers of the application out, or set `max_fails` or `proxy_next_upstream_tries`",
        assumption="" if counted[0] in _OWN else "every server answers alike",
        fault=upstream.name.value,
        # Nothing is lost while the servers answer well.
        hit=(),
    )


def _setting(passed: ProxyPass, name: str) -> str:
    return f"{passed.target.kind.removesuffix('_pass')}_{name}"


def _counting(live: list[UpstreamServer]) -> Iterator[Label]:
    """Where the number of failures stands that take a server out."""
    first = live[0]
    written = first.parameter("max_fails")
    pause = f"{first.fail_timeout:g} seconds" if first.fail_timeout is not None else "`fail_timeout`"
    text = f"left out for {pause} after one failure" + (
        "" if written else ": `max_fails` is 1 unless written"
    )
    yield Label((written or first.written).anchor, text)


def _slow(read: Directive | None, words: list[str]) -> Iterator[Label]:
    """A read time-out that counts, too, and is short."""
    limit = seconds(read.args[0].value) if read is not None and read.args and "timeout" in words else None
    if read is not None and limit is not None and limit <= _SHORT:
        yield Label(read.head, "a slower answer is a failure, too")
