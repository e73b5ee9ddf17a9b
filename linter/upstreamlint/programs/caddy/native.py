"""Caddy's own JSON configuration as the same values that a Caddyfile comes to: servers, routes, proxies.

After caddyhttp.Server, caddyhttp.Route and reverseproxy.Handler. Apps other than `http` are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from upstreamlint import numerals
from upstreamlint.containers import structured
from upstreamlint.containers.listening.listen import Listen as Listener
from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.programs.caddy.address import SiteAddress, Upstream, upstreams
from upstreamlint.programs.caddy.admin import admin
from upstreamlint.programs.caddy.proxy import seconds
from upstreamlint.programs.caddy.types import (
    ANY,
    Config,
    Dynamic,
    Health,
    Listen,
    Match,
    Proxy,
    Route,
    Site,
    Transport,
)
from upstreamlint.programs.variables import NOTHING_KNOWN, Variables
from upstreamlint.readers.fragment import Fragment

HTTP = 80
_MAX_DEPTH = 60
_READ = frozenset({"path", "host", "method"})
_NANOSECONDS = 1e9


def load(main: Fragment, variables: Variables = NOTHING_KNOWN) -> Config | None:
    """Read a JSON configuration; nothing where the text is none."""
    root = structured.root(main)
    if root is None:
        return None
    http = root.at("apps", "http")
    servers = http.mapping("servers") if isinstance(http, Mapping) else None
    sites = tuple(
        _site(entry.key, entry.value, variables.get)
        for entry in servers or ()
        if isinstance(entry.value, Mapping)
    )
    listens = tuple(one for site in sites for one in site.listens)
    return Config(
        main.source.path,
        sites,
        listens,
        (),
        (),
        complete=True,
        admin=_admin(root, variables),
        listens_beside=_listens_beside(root, servers, sites),
        wrapped=any(
            isinstance(e.value, Mapping) and e.value.sequence("listener_wrappers") is not None
            for e in servers or ()
        ),
    )


def _admin(root: Mapping, variables: Variables) -> Listener | None:
    told = root.mapping("admin")
    disabled = told.scalar("disabled") if told is not None else None
    if disabled is not None and disabled.value == "true":
        return None
    return admin(told.scalar("listen") if told is not None else None, root.anchor, variables)


_OWN_APPS = frozenset({"http", "tls", "pki", "events"})


def _listens_beside(root: Mapping, servers: Mapping | None, sites: tuple[Site, ...]) -> bool:
    """Whether an app of a plugin may listen too, or a server on an address that was not read."""
    apps = root.mapping("apps")
    others = {entry.key.value for entry in apps or ()} - _OWN_APPS
    written = sum(len(e.value.scalars("listen")) for e in servers or () if isinstance(e.value, Mapping))
    return bool(others) or written > sum(len(site.listens) for site in sites)


def _site(name: Scalar, server: Mapping, environment: Callable[[str], str | None]) -> Site:
    listens = tuple(one for text in server.scalars("listen") for one in _listens(text, server))
    address = SiteAddress(name, "", "", None, "", known=True)
    failed = server.mapping("errors")
    routes = (
        *_routes(server.mappings("routes"), server, environment),
        *_routes(
            failed.mappings("routes") if failed is not None else (),
            server,
            environment,
            inside=("handle_errors",),
        ),
    )
    return Site((address,), listens, routes, server.anchor)


def _listens(text: Scalar, server: Mapping) -> Iterator[Listen]:
    """`:443`, `tcp/0.0.0.0:80`; TLS is certain only where a policy says so, or where there can be none."""
    network, slash, rest = text.value.partition("/")
    address = rest if slash else text.value
    host, _, port = address.rpartition(":")
    number = numerals.port(port)
    if number is not None and not network.startswith(("unix", "fd", "udp")):
        policies = server.sequence("tls_connection_policies")
        tls = True if policies is not None else False if number == HTTP else None
        yield Listen(host.strip("[]"), number, tls, text.anchor)


def _routes(
    routes: Iterable[Mapping],
    server: Mapping,
    environment: Callable[[str], str | None],
    around: tuple[Match, ...] = (),
    inside: tuple[str, ...] = (),
    depth: int = 0,
) -> Iterator[Route]:
    """Every proxy with what stands before it; sub-routes in the order in which Caddy runs them."""
    for route in routes if depth < _MAX_DEPTH else ():
        match = _match(route)
        chain = around if match is ANY else (*around, match)
        for handler in route.mappings("handle"):
            kind, name = handler.scalar("handler"), handler.scalar("name")
            called = server.at("named_routes", name.value) if name is not None else None
            if kind is None:
                continue
            if kind.value == "subroute":
                yield from _routes(handler.mappings("routes"), server, environment, chain, inside, depth + 1)
            elif kind.value == "invoke" and isinstance(called, Mapping):
                yield from _routes([called], server, environment, chain, inside, depth + 1)
            elif kind.value == "reverse_proxy":
                proxy = _proxy(handler, environment)
                yield Route("reverse_proxy", handler.anchor, kind.anchor, chain, inside, proxy=proxy)
            for response in handler.mappings("handle_response"):
                told = (*inside, "handle_response")
                yield from _routes(response.mappings("routes"), server, environment, chain, told, depth + 1)


def _match(route: Mapping) -> Match:
    """The alternatives of a route as one: sets of matchers that differ in kind are not told apart."""
    sets = route.mappings("match")
    if not sets:
        return ANY
    found: dict[str, list[str]] = {name: [] for name in _READ}
    other = len(sets) > 1
    for matchers in sets:
        for entry in matchers:
            name = entry.key.value
            if name in _READ and isinstance(entry.value, Sequence):
                found[name] += [s.value for s in entry.value.items if isinstance(s, Scalar)]
            else:
                other = True
    return Match(tuple(found["path"]), tuple(found["host"]), tuple(found["method"]), other)


def _proxy(handler: Mapping, environment: Callable[[str], str | None]) -> Proxy:
    dialled = tuple(
        upstream
        for item in handler.mappings("upstreams")
        if (dial := item.scalar("dial")) is not None
        for upstream in upstreams(dial, environment)
    )
    balancing = handler.mapping("load_balancing")
    checks = handler.mapping("health_checks")
    passive = checks.mapping("passive") if checks is not None else None
    policy = balancing.at("selection_policy", "policy") if balancing is not None else None
    return Proxy(
        kind="forward_auth" if _goes_on(handler) else "reverse_proxy",
        anchor=handler.anchor,
        upstreams=tuple(u for u in dialled if u.misread or not u.defaulted),
        dynamic=tuple(_dynamic(handler.mapping("dynamic_upstreams"))),
        transport=_transport(handler.mapping("transport")),
        health=_health(checks.mapping("active") if checks is not None else None, dialled),
        host=None,
        policy=policy.value if isinstance(policy, Scalar) else "random",
        retries=_number(balancing, "retries", 0),
        try_duration=_seconds(balancing, "try_duration", 0.0),
        fail_duration=_seconds(passive, "fail_duration", 0.0),
        faults=(),
    )


def _goes_on(handler: Mapping) -> bool:
    """Whether a good answer lets the request go on, as `forward_auth` writes it."""
    return any(
        isinstance(codes := response.at("match", "status_code"), Sequence)
        and any(isinstance(c, Scalar) and c.value == "2" for c in codes.items)
        for response in handler.mappings("handle_response")
    )


def _dynamic(written: Mapping | None) -> Iterator[Dynamic]:
    source = written.scalar("source") if written is not None else None
    if written is not None and source is not None:
        yield Dynamic(source.value, written.scalar("name"), written.scalar("port"))


def _transport(written: Mapping | None) -> Transport:
    if written is None:
        return Transport()
    protocol, tls = written.scalar("protocol"), written.mapping("tls")
    name = tls.scalar("server_name") if tls is not None else None
    return Transport(
        protocol=protocol.value if protocol is not None else "http",
        tls=tls is not None,
        verifies=tls is None or "insecure_skip_verify" not in tls,
        server_name=name.value if name is not None else "",
        trust=tls is not None and ("ca" in tls or "root_ca_pem_files" in tls),
        versions=tuple(s.value for s in written.scalars("versions")),
        proxy_protocol=written.scalar("proxy_protocol") is not None,
        except_ports=tuple(s.value for s in tls.scalars("except_ports")) if tls is not None else (),
    )


def _health(active: Mapping | None, dialled: tuple[Upstream, ...]) -> Health | None:
    if active is None or not dialled:
        return None
    port, status, method = active.scalar("port"), active.scalar("expect_status"), active.scalar("method")
    headers = active.mapping("headers")
    hosts = headers.scalars("Host") if headers is not None else []
    body = active.scalar("expect_body")
    health = Health(
        uri=active.scalar("uri") or active.scalar("path"),
        port=numerals.port(port.value) if port is not None else None,
        port_anchor=port.anchor if port is not None else None,
        upstream=active.scalar("upstream"),
        method=method.value if method is not None else "GET",
        host=hosts[0].value if hosts else "",
        status=numerals.decimal(status.value) if status is not None else None,
        body=body.value if body is not None else "",
        follow_redirects="follow_redirects" in active,
        interval=_seconds(active, "interval", 30.0),
        timeout=_seconds(active, "timeout", 5.0),
        fails=_number(active, "fails", 1),
    )
    return health if health.enabled else None


def _number(holder: Mapping | None, key: str, default: int) -> int:
    written = holder.scalar(key) if holder is not None else None
    found = numerals.decimal(written.value) if written is not None else None
    return default if found is None else found


def _seconds(holder: Mapping | None, key: str, default: float) -> float:
    """A duration: a text such as `10s`, or a number of nanoseconds."""
    written = holder.scalar(key) if holder is not None else None
    if written is None:
        return default
    number = numerals.decimal(written.value)
    found = number / _NANOSECONDS if number is not None else seconds(written.value)
    return default if found is None else found
