"""Listeners, virtual hosts and routes: from YAML to types."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.programs.envoy.answered import answered
from upstreamlint.programs.envoy.clusters import values
from upstreamlint.programs.envoy.dependencies import Dependency, dependencies
from upstreamlint.programs.envoy.fields import (
    count,
    has,
    is_true,
    key,
    mapping,
    mappings,
    number,
    scalar,
    scalars,
    text,
    type_of,
)
from upstreamlint.programs.envoy.types import ClusterUse, EnvoyRoute, Listener, UseKind, VirtualHost
from upstreamlint.programs.envoy.unmet import unmet
from upstreamlint.source import Anchor
from upstreamlint.values import replace

_STATUS = {"SERVICE_UNAVAILABLE": 503, "NOT_FOUND": 404, "INTERNAL_SERVER_ERROR": 500}
_DEFAULT_STATUS = 503
_MATCHES = ("prefix", "path", "path_separated_prefix", "regex")
_HTTP = ("envoy.http_connection_manager", "envoy.filters.network.http_connection_manager")
_TCP = ("envoy.tcp_proxy", "envoy.filters.network.tcp_proxy")


def listener(message: Mapping) -> Listener:
    """A listener with what its filter chains route."""
    address = mapping(message, "address", "socket_address")
    chains = mappings(message, "filter_chains")
    default = mapping(message, "default_filter_chain")
    if default is not None:
        chains.append(default)
    before = mappings(message, "listener_filters")
    filters = [text(f, "name") for f in before]
    types = [type_of(mapping(f, "typed_config")) for f in before]
    secured = {has(chain, "transport_socket") or has(chain, "tls_context") for chain in chains}
    written = scalar(message, "name")
    hosts: list[VirtualHost] = []
    needed: list[Dependency] = []
    for chain in chains:
        for found in mappings(chain, "filters"):
            hosts.extend(_filter(found, len(hosts)))
            config = mapping(found, "typed_config") or mapping(found, "config")
            needed.extend(dependencies(config) if config is not None else ())
    proxy_header = _header(before, chains)
    original_dst = (
        is_true(message, "use_original_dst")
        or any("original_dst" in n for n in filters)
        or "OriginalDst" in types
        or proxy_header is not False
    )
    port = count(address, "port_value")
    return Listener(
        name=written.value if written is not None else "",
        host=text(address, "address"),
        port=port,
        protocol=text(address, "protocol").upper() or "TCP",
        original_dst=original_dst,
        proxy_header=proxy_header,
        tls=secured.pop() if len(secured) == 1 else None,
        http=bool(chains) and all(any(_is_http(f) for f in mappings(c, "filters")) for c in chains),
        shared=has(message, "enable_reuse_port") or has(message, "bind_to_port"),
        hosts=tuple(hosts),
        dependencies=tuple(needed),
        chains=len(chains),
        unmet=tuple(unmet(message, chains, port, original_dst=original_dst)),
        anchor=address.anchor if address is not None else message.anchor,
    )


def _header(before: list[Mapping], chains: list[Mapping]) -> bool | None:
    """Whether connections begin with a PROXY header; nothing where they may (proxy_protocol.proto of API v3)."""
    configs = [(text(f, "name"), mapping(f, "typed_config")) for f in before]
    found = [c for name, c in configs if "proxy_protocol" in name or type_of(c) == "ProxyProtocol"]
    if any(c is not None and is_true(c, "allow_requests_without_proxy_protocol") for c in found):
        return None
    return bool(found) or any(is_true(chain, "use_proxy_proto") for chain in chains)


def _is_http(found: Mapping) -> bool:
    kind = type_of(mapping(found, "typed_config") or mapping(found, "config"))
    return kind == "HttpConnectionManager" or (not kind and text(found, "name") in _HTTP)


def _filter(found: Mapping, table: int) -> Iterator[VirtualHost]:
    config = mapping(found, "typed_config") or mapping(found, "config")
    if config is None:
        return
    name, kind = text(found, "name"), type_of(config)
    if _is_http(found):
        table_of_routes = mapping(config, "route_config")
        if table_of_routes is not None:
            for host in mappings(table_of_routes, "virtual_hosts"):
                found_host = _virtual_host(host, table_of_routes, table)
                yield replace(
                    found_host, portless=_portless(config), filtered=_filtered(config), grpc=_grpc(config)
                )
    elif kind == "TcpProxy" or (not kind and name in _TCP):
        uses, faults = _uses(config, UseKind.TCP, {})
        name_at = scalar(found, "name")
        where = name_at.anchor if name_at is not None else found.anchor
        route = EnvoyRoute(
            match="tcp",
            uses=uses,
            missing_status=_DEFAULT_STATUS,
            begins="",
            takes_all=False,
            faults=faults,
            anchor=where,
        )
        yield VirtualHost(
            domains=(),
            routes=(route,),
            validated=False,
            table=table,
            anchor=where,
        )


def _portless(manager: Mapping) -> bool:
    """Whether the port of a Host is left out, in whatever way."""
    return (
        is_true(manager, "strip_any_host_port")
        or is_true(manager, "strip_matching_host_port")
        or is_true(manager, "route_config", "ignore_port_in_host_matching")
    )


_QUIET = frozenset({"router", "cors", "compressor", "decompressor", "grpc_web", "gzip", "grpc_stats", "tap"})


_MAKING_GRPC = frozenset({"GrpcWeb", "GrpcJsonTranscoder", "Http1BridgeConfig"})
_MADE_GRPC = frozenset({"grpc_web", "grpc_json_transcoder", "grpc_http1_bridge"})


def _grpc(manager: Mapping) -> Anchor | None:
    """The filter that makes gRPC of what browsers and clients of HTTP/1.1 send."""
    for found in mappings(manager, "http_filters"):
        name, kind = scalar(found, "name"), type_of(mapping(found, "typed_config"))
        made = kind in _MAKING_GRPC or (not kind and text(found, "name").rpartition(".")[2] in _MADE_GRPC)
        if made and not is_true(found, "disabled"):
            return name.anchor if name is not None else found.anchor
    return None


def _filtered(manager: Mapping) -> bool:
    """Whether a filter runs that may answer instead of the routes."""
    names = (text(f, "name").rpartition(".")[2] for f in mappings(manager, "http_filters"))
    return any(name not in _QUIET for name in names)


def _virtual_host(host: Mapping, table_of_routes: Mapping, table: int) -> VirtualHost:
    validated = text(table_of_routes, "validate_clusters") != "false"
    routes = [_route(r) for r in mappings(host, "routes")]
    routes += [_route(r) for r in _matched(host.get("matcher"))]
    if _retries(mapping(host, "retry_policy")):
        routes = [replace(route, retried=True) for route in routes]
    name = scalar(host, "name")
    return VirtualHost(
        domains=scalars(host, "domains"),
        routes=tuple(routes),
        validated=validated,
        table=table,
        anchor=name.anchor if name is not None else host.anchor,
    )


def _matched(node: Node | None) -> Iterator[Mapping]:
    """The routes in a matcher tree (N08)."""
    if isinstance(node, Mapping):
        if type_of(node) == "Route":
            yield node
            return
        for entry in node:
            yield from _matched(entry.value)
    elif isinstance(node, Sequence):
        for item in node:
            yield from _matched(item)


def _route(message: Mapping) -> EnvoyRoute:
    action = mapping(message, "route")
    match = mapping(message, "match")
    uses: tuple[ClusterUse, ...] = ()
    faults: tuple[tuple[Anchor, str], ...] = ()
    if action is not None:
        uses, faults = _uses(action, UseKind.ROUTE, _criteria(action))
    return EnvoyRoute(
        match=_title(match),
        uses=uses,
        missing_status=status_of(action),
        begins=text(match, "prefix") or text(match, "path"),
        takes_all=match is not None and list(match.names()) == ["prefix"],
        faults=faults,
        anchor=match.anchor if match is not None else message.anchor,
        exact=match is not None and list(match.names()) == ["path"],
        answer=answered(message),
        host=scalar(action, "host_rewrite_literal") or scalar(action, "host_rewrite"),
        keeps_host=action is not None and not any(has(action, name) for name in _REWRITES),
        names_endpoint=is_true(action, "auto_host_rewrite"),
        retried=_retries(mapping(action, "retry_policy")),
        grpc=key(match, "grpc") if match is not None and has(match, "grpc") else None,
    )


_CONNECTING = frozenset({"5xx", "gateway-error", "reset", "reset-before-request", "connect-failure"})


def _retries(policy: Mapping | None) -> bool:
    """Whether a request that no connection took is sent again, which may be to the same endpoint."""
    return bool(_CONNECTING & {word.strip() for word in text(policy, "retry_on").split(",")})


_REWRITES = (
    "host_rewrite_literal",
    "host_rewrite",
    "auto_host_rewrite",
    "auto_host_rewrite_header",
    "host_rewrite_header",
    "host_rewrite_path_regex",
)


def _title(match: Mapping | None) -> str:
    if match is None:
        return "/"
    for name in _MATCHES:
        found = text(match, name)
        if found:
            return found
    return text(match, "safe_regex", "regex") or "/"


def _criteria(message: Mapping) -> dict[str, str]:
    return values(mapping(message, "metadata_match", "filter_metadata", "envoy.lb"))


def _uses(
    action: Mapping, kind: UseKind, criteria: dict[str, str]
) -> tuple[tuple[ClusterUse, ...], tuple[tuple[Anchor, str], ...]]:
    """The clusters of an action, and what Envoy refuses about their weights."""
    uses: list[ClusterUse] = []
    faults: list[tuple[Anchor, str]] = []
    if kind is UseKind.TCP:
        criteria = _criteria(action)
    name = scalar(action, "cluster")
    if name is not None:
        uses.append(ClusterUse(name=name, kind=kind, share=1.0, criteria=criteria, anchor=name.anchor))
    weighted = mappings(action, "weighted_clusters", "clusters")
    weights = [number(one, "weight") for one in weighted]
    total = sum(w or 0.0 for w in weights)
    if weighted and not total and kind is UseKind.ROUTE and all(_is_zero(one) for one in weighted):
        where = key(action, "weighted_clusters")
        faults.append((where, "Sum of weights in the weighted_cluster must be greater than 0."))
    for one, weight in zip(weighted, weights, strict=True):
        name = scalar(one, "name")
        if name is None:
            continue
        share = (weight or 0.0) / total if total else 0.0
        own = UseKind.WEIGHTED if kind is UseKind.ROUTE else kind
        merged = {**criteria, **_criteria(one)}
        uses.append(ClusterUse(name=name, kind=own, share=share, criteria=merged, anchor=name.anchor))
    mirrors = mappings(action, "request_mirror_policies")
    old = mapping(action, "request_mirror_policy")
    for mirror in [*mirrors, *([old] if old is not None else [])]:
        name = scalar(mirror, "cluster")
        if name is not None:
            uses.append(
                ClusterUse(name=name, kind=UseKind.MIRROR, share=0.0, criteria=criteria, anchor=name.anchor)
            )
    return tuple(uses), tuple(faults)


def _is_zero(one: Mapping) -> bool:
    written = one.get("weight")
    return written is None or (isinstance(written, Scalar) and written.value in ("0", "0.0"))


def status_of(action: Mapping | None) -> int:
    """The status that a route answers when its cluster is missing at run time."""
    return _STATUS.get(text(action, "cluster_not_found_response_code").upper(), _DEFAULT_STATUS)
