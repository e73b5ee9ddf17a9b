"""`reverse_proxy` and the directives that stand for one, from the Caddyfile.

After modules/caddyhttp/reverseproxy/caddyfile.go, fastcgi/caddyfile.go and forwardauth/caddyfile.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.numerals import decimal, real
from upstreamlint.programs.caddy.address import Upstream, upstreams
from upstreamlint.programs.caddy.tree import Directive
from upstreamlint.programs.caddy.types import Dynamic, Health, Kind, Proxy, Transport
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor

_DURATION = patterns.compile(r"([0-9]{1,20}(?:\.[0-9]{0,20})?)(ns|us|µs|ms|s|m|h|d)", re.ASCII)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_CLASS = patterns.compile(r"([1-5])xx", re.ASCII)

SUBDIRECTIVES = frozenset(
    [
        "to",
        "dynamic",
        "lb_policy",
        "lb_retries",
        "lb_try_duration",
        "lb_try_interval",
        "lb_retry_match",
        "health_uri",
        "health_path",
        "health_upstream",
        "health_port",
        "health_headers",
        "health_method",
        "health_request_body",
        "health_interval",
        "health_timeout",
        "health_status",
        "health_body",
        "health_follow_redirects",
        "health_passes",
        "health_fails",
        "max_fails",
        "fail_duration",
        "unhealthy_request_count",
        "unhealthy_status",
        "unhealthy_latency",
        "flush_interval",
        "request_buffers",
        "response_buffers",
        "buffer_requests",
        "buffer_responses",
        "max_buffer_size",
        "stream_buffer_size",
        "stream_timeout",
        "stream_close_delay",
        "stream_log_skip",
        "trusted_proxies",
        "header_up",
        "header_down",
        "method",
        "rewrite",
        "transport",
        "handle_response",
        "replace_status",
        "verbose_logs",
    ]
)
"""What stands inside of `reverse_proxy` (those of older releases too)."""


def seconds(text: str) -> float | None:
    """A duration as Caddy writes it (`1m30s`, `2d`, `0`); nothing when it is none."""
    if text == "0":
        return 0.0
    parts = list(_DURATION.finditer(text))
    if not parts or "".join(p[0] for p in parts) != text.lstrip("+-"):
        return None
    return sum((real(p[1]) or 0.0) * _SECONDS[p[2]] for p in parts)


def proxy(
    directive: Directive, args: tuple[Scalar, ...], kind: Kind, environment: Callable[[str], str | None]
) -> Proxy:
    """Read a proxy; `args` are its words without the matcher."""
    named = _named(directive)
    to = [w for d in directive.all("to") for w in d.args]
    dialled = [u for w in (*args, *to) for u in upstreams(w, environment)]
    policy = named.get("lb_policy")
    transport = _transport(next(directive.all("transport"), None), dialled, kind)
    return Proxy(
        kind=kind,
        anchor=directive.anchor,
        upstreams=tuple(dialled),
        dynamic=tuple(_dynamic(directive.all("dynamic"))),
        transport=transport,
        health=_health(directive, named),
        host=_host(directive),
        policy=_first(policy) or "random",
        retries=_number(named.get("lb_retries"), 0),
        try_duration=_seconds(named.get("lb_try_duration"), 0.0),
        fail_duration=_seconds(named.get("fail_duration"), 0.0),
        faults=tuple(_faults(directive, dialled, kind)),
        failing=tuple(_failing(named)),
        weights=tuple(decimal(a.value) or 0 for a in policy.args[1:])
        if policy is not None and _first(policy) == "weighted_round_robin"
        else (),
        uri=named["uri"].args[0] if kind == "forward_auth" and "uri" in named and named["uri"].args else None,
    )


def _failing(named: Mapping[str, Directive]) -> Iterator[Anchor]:
    """What counts answers as failures, where one failure is enough."""
    if _number(named.get("max_fails"), 1) != 1 or not _seconds(named.get("fail_duration"), 0.0):
        return
    status = named.get("unhealthy_status")
    if status is not None and any(a.value[:1] == "5" for a in status.args):
        yield status.anchor
    latency = named.get("unhealthy_latency")
    if latency is not None:
        yield latency.anchor


def _named(directive: Directive) -> dict[str, Directive]:
    """The last subdirective of each name, which is the one that counts."""
    return {d.name.value: d for d in directive.block or ()}


def _first(directive: Directive | None) -> str:
    return directive.args[0].value if directive and directive.args else ""


def _number(directive: Directive | None, default: int) -> int:
    text = _first(directive)
    found = decimal(text)
    return default if found is None else found


def _seconds(directive: Directive | None, default: float) -> float:
    found = seconds(_first(directive))
    return default if found is None else found


def _dynamic(directives: Iterable[Directive]) -> Iterator[Dynamic]:
    for directive in directives:
        if not directive.args:
            continue
        source, *rest = directive.args
        if source.value == "multi":
            yield from (_source(d.name.value, d.args, d) for d in directive.block or ())
        else:
            yield _source(source.value, tuple(rest), directive)


def _source(name: str, args: tuple[Scalar, ...], directive: Directive) -> Dynamic:
    inner = _named(directive)
    given = [inner[n].args[0] if n in inner and inner[n].args else None for n in ("name", "port")]
    return Dynamic(
        name,
        given[0] or (args[0] if args else None),
        given[1] or (args[1] if len(args) > 1 else None),
    )


def _transport(directive: Directive | None, dialled: Iterable[Upstream], kind: Kind) -> Transport:
    schemes = {u.scheme for u in dialled if not u.fault}
    if kind == "php_fastcgi":
        return Transport(protocol="fastcgi")
    inner = _named(directive) if directive else {}
    protocol = _first(directive) or "http"
    versions = tuple(a.value for a in inner["versions"].args) if "versions" in inner else ()
    if "h2c" in schemes and not versions:
        versions = ("h2c", "2")
    return Transport(
        protocol=protocol,
        tls=protocol == "http" and ("https" in schemes or any(n.startswith("tls") for n in inner)),
        verifies="tls_insecure_skip_verify" not in inner,
        server_name=_first(inner.get("tls_server_name")),
        trust="tls_trusted_ca_certs" in inner or "tls_trust_pool" in inner,
        versions=versions,
        proxy_protocol="proxy_protocol" in inner,
        except_ports=tuple(a.value for a in inner["tls_except_ports"].args)
        if "tls_except_ports" in inner
        else (),
    )


def _health(directive: Directive, named: dict[str, Directive]) -> Health | None:
    if not any(n.startswith("health_") for n in named):
        return None
    uri = named.get("health_uri") or named.get("health_path")
    status = _first(named.get("health_status"))
    of_class = _CLASS.fullmatch(status)
    headers = [d for h in directive.all("health_headers") for d in h.block or ()]
    upstream = named.get("health_upstream")
    health = Health(
        uri=uri.args[0] if uri and uri.args else None,
        port=_number(named.get("health_port"), 0) or None,
        port_anchor=asked.args[0].anchor if (asked := named.get("health_port")) and asked.args else None,
        upstream=upstream.args[0] if upstream and upstream.args else None,
        method=_first(named.get("health_method")) or "GET",
        host=next((d.args[0].value for d in headers if d.name.value.lower() == "host" and d.args), ""),
        status=decimal(of_class[1] if of_class else status),
        body=_first(named.get("health_body")),
        follow_redirects="health_follow_redirects" in named,
        interval=_seconds(named.get("health_interval"), 30.0),
        timeout=_seconds(named.get("health_timeout"), 5.0),
        fails=_number(named.get("health_fails"), 1),
    )
    return health if health.enabled else None


def _host(directive: Directive) -> Scalar | None:
    """What `header_up Host` sets; a header that is added, removed or searched through is not known."""
    found = None
    for header in directive.all("header_up"):
        if header.args and header.args[0].value.lower() == "host" and len(header.args) > 1:
            found = header.args[1] if len(header.args) == 2 else None  # noqa: PLR2004 - a name and a value
    return found


def _faults(directive: Directive, dialled: Iterable[Upstream], kind: Kind) -> Iterator[Fault]:
    common = ""
    for upstream in dialled:
        if upstream.fault:
            said = f"parsing upstream '{upstream.written.value}': {upstream.fault}"
            yield Fault(upstream.written.anchor, said)
        elif "{$" in upstream.written.value:
            continue
        elif common and upstream.scheme != common:
            said = (
                "for now, all proxy upstreams must use the same scheme (transport protocol);"
                f" expecting '{common}://' but got '{upstream.scheme}://'"
            )
            yield Fault(upstream.written.anchor, said)
        else:
            common = upstream.scheme
    if kind != "reverse_proxy":
        return
    for inner in directive.block or ():
        name = inner.name.value
        if name not in SUBDIRECTIVES and not name.startswith(("@", "{")):
            yield Fault(inner.name.anchor, f"unrecognized subdirective {name}")
