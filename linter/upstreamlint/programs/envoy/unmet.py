"""What listeners and routes of Envoy ask for and never get: filter chains and routes that nothing is ever taken by.

Measured on Envoy 1.40.0. Listener filters run in their order, and the one for TLS sees the PROXY header when it stands before the one that takes it off; a chain's
`destination_port` is the listener's own unless the original destination is restored; a client shows a certificate only when it is asked for one; a CONNECT has
no path, so that only a `connect_matcher` takes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.finding import Symptom
from upstreamlint.programs.envoy.fields import (
    count,
    has,
    is_true,
    key,
    mapping,
    mappings,
    scalar,
    text,
    type_of,
)
from upstreamlint.source import Anchor
from upstreamlint.symptoms import NO_ROUTE
from upstreamlint.values import entity

_CLOSED = Symptom(log="the connection is closed: no matching filter chain found")
_OF_TLS = ("server_names", "application_protocols")
_ASKED = ("validation_context", "validation_context_sds_secret_config", "combined_validation_context")


@entity(kw_only=True)
class Unmet:
    """Something that is asked for and never comes: where it is written, and what keeps it away."""

    what: str
    anchor: Anchor
    because: Anchor
    text: str
    answer: Symptom
    help: str


def unmet(
    listener: Mapping, chains: list[Mapping], port: int | None, *, original_dst: bool
) -> Iterator[Unmet]:
    """All of a listener."""
    asked = [m for c in chains if (m := mapping(c, "filter_chain_match")) is not None]
    if chains and len(asked) == len(chains):
        yield from _hidden_names(listener, asked)
        if not original_dst and port is not None:
            yield from _other_ports(listener, asked, port)
    for chain in chains:
        for found in mappings(chain, "filters"):
            manager = mapping(found, "typed_config") or mapping(found, "config")
            table = mapping(manager, "route_config")
            if manager is not None and table is not None:
                yield from _certificates(chain, table)
                yield from _tunnels(manager, table)


def _hidden_names(listener: Mapping, asked: list[Mapping]) -> Iterator[Unmet]:
    """Chains that ask for what the filter for TLS finds, which sees a PROXY header first."""
    filters = mappings(listener, "listener_filters")
    kinds = [f"{text(f, 'name')} {type_of(mapping(f, 'typed_config'))}".lower() for f in filters]
    inspector = next((n for n, k in enumerate(kinds) if "tls_inspector" in k or "tlsinspector" in k), None)
    header = next((n for n, k in enumerate(kinds) if "proxy_protocol" in k or "proxyprotocol" in k), None)
    tls = [m for m in asked if any(has(m, f) for f in _OF_TLS) or text(m, "transport_protocol") == "tls"]
    if inspector is None or header is None or inspector > header or len(tls) < len(asked):
        return
    yield Unmet(
        what="no filter chain is ever found by what TLS asks for: `tls_inspector` sees the PROXY header",
        anchor=filters[inspector].anchor,
        because=tls[0].anchor,
        text="asks for what the inspector finds",
        answer=_CLOSED,
        help="put `envoy.filters.listener.proxy_protocol` before `envoy.filters.listener.tls_inspector`",
    )


def _other_ports(listener: Mapping, asked: list[Mapping], port: int) -> Iterator[Unmet]:
    """Chains for another port than the listener's."""
    ports = [count(m, "destination_port") for m in asked]
    if any(p in (None, port) for p in ports):
        return
    address = mapping(listener, "address", "socket_address") or listener
    yield Unmet(
        what=f"no filter chain is for port {port} of the listener",
        anchor=key(asked[0], "destination_port"),
        because=key(address, "port_value"),
        text="connections come to this port",
        answer=_CLOSED,
        help="drop `destination_port`, or add the listener filter `envoy.filters.listener.original_dst`",
    )


def _certificates(chain: Mapping, table: Mapping) -> Iterator[Unmet]:
    """Routes for clients with a certificate, where none is asked for; later ones may take the others' requests."""
    socket = mapping(chain, "transport_socket", "typed_config") or mapping(chain, "tls_context")
    common = mapping(socket, "common_tls_context")
    own = socket is not None and type_of(socket) in ("", "DownstreamTlsContext")
    if (socket is not None or has(chain, "transport_socket")) and not own:
        return
    if own and (
        is_true(socket, "require_client_certificate") or (common and any(has(common, f) for f in _ASKED))
    ):
        return
    for host in mappings(table, "virtual_hosts"):
        routes = [mapping(r, "match") for r in mappings(host, "routes")]
        for number, match in enumerate(routes):
            told = mapping(match, "tls_context")
            if (
                match is None
                or told is None
                or not (is_true(told, "presented") or is_true(told, "validated"))
            ):
                continue
            begins = text(match, "prefix") or text(match, "path")
            later = (m for m in routes[number + 1 :] if m is not None and not has(m, "tls_context"))
            if any(begins.startswith(text(m, "prefix")) and has(m, "prefix") for m in later):
                continue
            yield Unmet(
                what=f"route `{begins or '/'}` is for clients with a certificate, and nobody is asked for one",
                anchor=key(match, "tls_context"),
                because=key(chain, "transport_socket") if own else chain.anchor,
                text="has no `validation_context`" if own else "speaks plain text",
                answer=NO_ROUTE,
                help="add a `validation_context` to the TLS of the listener, or drop `tls_context` from the match",
            )


def _tunnels(manager: Mapping, table: Mapping) -> Iterator[Unmet]:
    """CONNECT, where no route has a matcher for it."""
    upgrades = [
        u for u in mappings(manager, "upgrade_configs") if text(u, "upgrade_type").upper() == "CONNECT"
    ]
    hosts = mappings(table, "virtual_hosts")
    routes = [mapping(r, "match") for host in hosts for r in mappings(host, "routes")]
    trees = any(has(host, "matcher") for host in hosts)
    if (
        not upgrades
        or trees
        or not routes
        or any(m is not None and has(m, "connect_matcher") for m in routes)
    ):
        return
    told = scalar(upgrades[0], "upgrade_type")
    if text(upgrades[0], "enabled") == "false" or told is None:
        return
    yield Unmet(
        what="CONNECT is accepted, and no route takes it",
        anchor=told.anchor,
        because=hosts[0].anchor,
        text="a CONNECT has no path",
        answer=NO_ROUTE,
        help="add a route with `match: {connect_matcher: {}}`",
    )
