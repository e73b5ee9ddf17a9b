"""Clusters: from YAML to types. Defaults are Envoy's (cluster.proto of API v3)."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.numerals import decimal, real
from upstreamlint.programs.envoy.cluster_types import (
    DEFAULT_PANIC,
    Discovery,
    Endpoint,
    EnvoyCluster,
    Subsets,
)
from upstreamlint.programs.envoy.fields import (
    count,
    field,
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
from upstreamlint.programs.envoy.health import asked
from upstreamlint.programs.envoy.sockets import begins_with_header, sni, speaks_tls
from upstreamlint.source import Anchor

_BY_NUMBER = ("STATIC", "STRICT_DNS", "LOGICAL_DNS", "EDS", "ORIGINAL_DST")
_BY_EXTENSION = {
    "envoy.cluster.static": Discovery.STATIC,
    "envoy.cluster.strict_dns": Discovery.STRICT_DNS,
    "envoy.cluster.logical_dns": Discovery.LOGICAL_DNS,
    "envoy.clusters.dns": Discovery.STRICT_DNS,
    "envoy.cluster.eds": Discovery.EDS,
    "envoy.cluster.original_dst": Discovery.ORIGINAL_DST,
    "envoy.clusters.aggregate": Discovery.AGGREGATE,
}
_EJECTABLE = 10.0
"""The default of `max_ejection_percent`."""


def cluster(message: Mapping, runtime_panic: float | None) -> EnvoyCluster | None:
    """A cluster; nothing when it has no name."""
    name = scalar(message, "name")
    if name is None:
        return None
    discovery, where = _discovery(message)
    if _filled_in(message):
        discovery = Discovery.OTHER
    endpoints = tuple(_endpoints(message))
    given = mapping(message, "common_lb_config", "healthy_panic_threshold")
    panic = runtime_panic
    if panic is None:
        panic = (number(given, "value") or 0.0) if given is not None else DEFAULT_PANIC
    fails = is_true(message, "common_lb_config", "zone_aware_lb_config", "fail_traffic_on_panic")
    return EnvoyCluster(
        name=name,
        discovery=discovery,
        discovery_anchor=where or name.anchor,
        endpoints=endpoints,
        members=scalars(message, "cluster_type", "typed_config", "clusters"),
        panic=panic,
        panic_anchor=given.anchor if given is not None else None,
        fails_on_panic=fails,
        subsets=_subsets(message),
        health_checked=bool(mappings(message, "health_checks")),
        ejection_anchor=_ejects_all(message, len(endpoints)),
        redirected=any(
            has(found, "use_http_header") or has(found, "metadata_key") or has(found, "http_header_name")
            for found in (
                mapping(message, "original_dst_lb_config"),
                mapping(message, "cluster_type", "typed_config"),
            )
            if found is not None
        ),
        tls=speaks_tls(message),
        sni=sni(message),
        proxy_header=begins_with_header(message),
        http2=_http2(message),
        may_http2=_may_speak_http2(message),
        breaker_anchor=_breaker(message),
        eds_path=scalar(message, "eds_cluster_config", "eds_config", "path_config_source", "path")
        or scalar(message, "eds_cluster_config", "eds_config", "path"),
        eds_name=text(message, "eds_cluster_config", "service_name") or name.value,
        faults=tuple(_faults(message, discovery, endpoints, where or name.anchor)),
        anchor=name.anchor,
        ejects=has(message, "outlier_detection"),
        ask=asked(message, name.value, panics=panic > 0 and not fails),
    )


def _http2(message: Mapping) -> Anchor | None:
    """Where a cluster says that it speaks HTTP/2 with prior knowledge."""
    if has(message, "http2_protocol_options"):
        return key(message, "http2_protocol_options")
    options = mapping(message, "typed_extension_protocol_options")
    for entry in options or ():
        holder = entry.value if isinstance(entry.value, Mapping) else None
        explicit = mapping(holder, "explicit_http_config")
        if explicit is not None and has(explicit, "http2_protocol_options"):
            return key(explicit, "http2_protocol_options")
    return None


def _may_speak_http2(message: Mapping) -> bool:
    """Whether a cluster speaks HTTP/2, always or by negotiation."""
    options = mapping(message, "typed_extension_protocol_options")
    holders = [e.value for e in options or () if isinstance(e.value, Mapping)]
    chosen = any(has(h, name) for h in holders for name in ("use_downstream_protocol_config", "auto_config"))
    return _http2(message) is not None or chosen


def _discovery(message: Mapping) -> tuple[Discovery, Anchor | None]:
    extension = mapping(message, "cluster_type")
    if extension is not None:
        name = text(extension, "name")
        typed = mapping(extension, "typed_config")
        if type_of(typed) == "ClusterConfig" and "aggregate" in str(typed.get("@type") if typed else ""):
            name = "envoy.clusters.aggregate"
        return _BY_EXTENSION.get(name, Discovery.OTHER), key(message, "cluster_type")
    written = scalar(message, "type")
    if written is None:
        return (Discovery.OTHER if field(message, "type") is not None else Discovery.STATIC), None
    value = written.value.upper()
    number = decimal(value, len(_BY_NUMBER) - 1)
    if number is not None:
        value = _BY_NUMBER[number]
    known = value in _BY_NUMBER
    return (Discovery(value) if known else Discovery.OTHER), written.anchor


def _filled_in(message: Mapping) -> bool:
    """Whether a placeholder stands where endpoints are listed."""
    assigned = field(message, "load_assignment")
    listed = field(message, "load_assignment", "endpoints")
    inner = [field(one, "lb_endpoints") for one in mappings(message, "load_assignment", "endpoints")]
    items = [i for found in (listed, *inner) if isinstance(found, Sequence) for i in found]
    return any(isinstance(found, Scalar) for found in (assigned, listed, *inner, *items))


def _endpoints(message: Mapping) -> Iterator[Endpoint]:
    assigned = mapping(message, "load_assignment")
    if assigned is not None:
        yield from assigned_endpoints(assigned)
    hosts = field(message, "hosts")
    items = hosts.items if isinstance(hosts, Sequence) else [hosts]
    for item in items:
        if isinstance(item, Mapping):
            yield _endpoint(item, item, 0)


def assigned_endpoints(assigned: Mapping) -> Iterator[Endpoint]:
    """The endpoints of a ClusterLoadAssignment."""
    for locality in mappings(assigned, "endpoints"):
        priority = count(locality, "priority") or 0
        for found in mappings(locality, "lb_endpoints"):
            address = mapping(found, "endpoint", "address") or found
            yield _endpoint(found, address, priority)


def _endpoint(holder: Mapping, address: Mapping, priority: int) -> Endpoint:
    socket = mapping(address, "socket_address")
    written = field(socket, "port_value")
    return Endpoint(
        address=scalar(socket, "address"),
        port=count(socket, "port_value"),
        port_anchor=written.anchor if isinstance(written, Scalar) else address.anchor,
        resolved_otherwise=socket is not None and bool(text(socket, "resolver_name")),
        health=scalar(holder, "health_status"),
        metadata=values(mapping(holder, "metadata", "filter_metadata", "envoy.lb")),
        priority=priority,
        anchor=address.anchor if socket is None else socket.anchor,
        weight=count(holder, "load_balancing_weight") or 1,
        check_port=scalar(holder, "endpoint", "health_check_config", "port_value"),
        unchecked=is_true(holder, "endpoint", "health_check_config", "disable_active_health_check")
        or has(mapping(holder, "endpoint", "health_check_config") or holder, "address"),
    )


def values(found: Mapping | None) -> dict[str, str]:
    """Metadata by key; strings are told apart from numbers and booleans, as in JSON."""
    if found is None:
        return {}
    return {e.key.value: _json(e.value) for e in found}


def _json(value: object) -> str:
    if not isinstance(value, Scalar):
        return f"({id(value)})"
    bare = value.plain and not value.tag
    if bare and value.value in ("true", "false"):
        return value.value
    number = real(value.value) if bare else None
    if number is not None:
        return repr(number)
    return f'"{value.value}"'


def _subsets(message: Mapping) -> Subsets | None:
    found = mapping(message, "lb_subset_config")
    if found is None or not mappings(found, "subset_selectors") or has(message, "load_balancing_policy"):
        return None
    selectors = tuple(
        (frozenset(s.value for s in scalars(one, "keys")), text(one, "fallback_policy").upper())
        for one in mappings(found, "subset_selectors")
    )
    strange = ("list_as_any", "metadata_fallback_policy", "scale_locality_weight", "single_host_per_subset")
    return Subsets(
        fallback=text(found, "fallback_policy").upper() or "NO_FALLBACK",
        default=values(mapping(found, "default_subset")),
        selectors=selectors,
        panic_any=is_true(found, "panic_mode_any"),
        opaque=any(has(found, name) for name in strange) or any(f == "KEYS_SUBSET" for _, f in selectors),
        anchor=key(message, "lb_subset_config"),
    )


def _ejects_all(message: Mapping, count: int) -> Anchor | None:
    """Where outlier detection is told that it may eject every endpoint (H15)."""
    found = mapping(message, "outlier_detection")
    if found is None or not count:
        return None
    given = number(found, "max_ejection_percent")
    percent = _EJECTABLE if given is None else given
    ejectable = floor(count * percent / 100)
    if count == 1 and is_true(found, "always_eject_one_host"):
        ejectable = 1
    return key(message, "outlier_detection") if ejectable >= count else None


def _breaker(message: Mapping) -> Anchor | None:
    """Where a circuit breaker of the default priority admits nothing; 0 connections still work (K01 to K03)."""
    for found in mappings(message, "circuit_breakers", "thresholds"):
        if text(found, "priority").upper() in ("", "DEFAULT"):
            for name in ("max_requests", "max_pending_requests"):
                if number(found, name) == 0:
                    return key(found, name)
    return None


def _faults(
    message: Mapping, discovery: Discovery, endpoints: tuple[Endpoint, ...], where: Anchor
) -> Iterator[tuple[Anchor, str]]:
    """What Envoy does not start with (A12, A15, A22)."""
    if discovery is Discovery.LOGICAL_DNS and len(endpoints) != 1 and not has(message, "cluster_type"):
        yield (
            where,
            "LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint",
        )
    written = text(message, "type").upper()
    if discovery is Discovery.EDS and written == "EDS" and not has(message, "eds_cluster_config"):
        yield where, "cannot create an EDS cluster without an EDS config"
    for found in mappings(message, "load_assignment", "endpoints"):
        for one in mappings(found, "lb_endpoints"):
            socket = mapping(one, "endpoint", "address", "socket_address")
            if socket is not None and not has(socket, "port_value") and not has(socket, "named_port"):
                yield key(one, "endpoint"), "Port: value is required"
            weight = number(one, "load_balancing_weight")
            if weight == 0:
                yield (
                    key(one, "load_balancing_weight"),
                    "LoadBalancingWeight: value must be greater than or equal to 1",
                )
    for check in mappings(message, "health_checks"):
        http = mapping(check, "http_health_check")
        if http is not None and not has(http, "path"):
            yield key(check, "http_health_check"), "Path: value length must be at least 1 characters"
        if has(check, "grpc_health_check") and not _may_speak_http2(message):
            name = text(message, "name")
            yield (
                key(check, "grpc_health_check"),
                f"{name} cluster must support HTTP/2 for gRPC healthchecking",
            )
