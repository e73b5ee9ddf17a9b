"""Which clusters answer `no healthy upstream` whatever happens at run time.

Basis: runs of Envoy 1.40.0; the identifiers are those of the cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from upstreamlint.budget import CHAIN
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.places.address import is_address
from upstreamlint.programs.envoy.model import (
    Assignment,
    Bootstrap,
    ClusterUse,
    Discovery,
    Endpoint,
    EnvoyCluster,
    Subsets,
)
from upstreamlint.programs.envoy.references import Death

_LISTED = frozenset({Discovery.STATIC, Discovery.STRICT_DNS})


def death(bootstrap: Bootstrap, cluster: EnvoyCluster, use: ClusterUse | None = None) -> Death | None:
    """Why a cluster never has a host for a use; nothing when it may have one."""
    own = _own(bootstrap, cluster, {})
    if own is not None or use is None or cluster.subsets is None or not listed(cluster):
        return own
    return Death.NO_SUBSET if not _in_subset(cluster, cluster.subsets, use.criteria) else None


def _own(bootstrap: Bootstrap, cluster: EnvoyCluster, seen: dict[str, bool]) -> Death | None:
    if cluster.discovery is Discovery.AGGREGATE:
        return Death.MEMBERS if _members_dead(bootstrap, cluster, seen) else None
    if cluster.assignment is not None and not _taken(cluster.assignment):
        return Death.FILE
    if (cluster.discovery in _LISTED or cluster.assignment is not None) and not cluster.endpoints:
        return Death.EMPTY
    if listed(cluster) and cluster.endpoints and _health_counts(cluster):
        return Death.OUT if all(e.out for e in cluster.endpoints) else None
    return None


def listed(cluster: EnvoyCluster) -> bool:
    """Whether the files list its endpoints."""
    known = cluster.discovery in _LISTED or cluster.discovery is Discovery.LOGICAL_DNS
    return known or cluster.assignment is not None


def _taken(assignment: Assignment) -> bool:
    """Whether the file has the resource, with IP addresses only: a name makes Envoy reject it all (C02, C07)."""
    if assignment.endpoints is None:
        return False
    addresses = [e.address for e in assignment.endpoints if e.address is not None]
    return all(is_address(a.value) or is_placeholder(a.value) for a in addresses)


def _health_counts(cluster: EnvoyCluster) -> bool:
    """Whether health is heeded when no endpoint is healthy (F02, F04); in panic mode it is not."""
    return cluster.panic == 0 or cluster.fails_on_panic


def _members_dead(bootstrap: Bootstrap, cluster: EnvoyCluster, seen: dict[str, bool]) -> bool:
    """Whether each member is dead or missing (A21, J05); `seen` says it of those that were looked at, of a loop that none is."""
    name = cluster.name.value
    if name not in seen:
        deep = len(seen) > CHAIN.most
        seen[name] = False
        seen[name] = (
            bool(cluster.members)
            and not deep
            and all(_is_dead(bootstrap, bootstrap.cluster(member.value), seen) for member in cluster.members)
        )
    return seen[name]


def _is_dead(bootstrap: Bootstrap, member: EnvoyCluster | None, seen: dict[str, bool]) -> bool:
    if member is None:
        return not bootstrap.dynamic
    return _own(bootstrap, member, seen) is not None


def in_subset(
    cluster: EnvoyCluster, criteria: Mapping[str, str], endpoints: Sequence[Endpoint]
) -> Sequence[Endpoint] | None:
    """Those of some endpoints that a route with some criteria uses; nothing where that is not known."""
    subsets = cluster.subsets
    if subsets is None:
        return endpoints
    if subsets.opaque:
        return None
    fallback = subsets.fallback
    for keys, own in subsets.selectors if criteria else ():
        if keys == criteria.keys():
            matching = _matching(endpoints, criteria)
            if matching:
                return matching
            fallback = own if own and own != "NOT_DEFINED" else fallback
            break
    return {
        "ANY_ENDPOINT": endpoints,
        "DEFAULT_SUBSET": _matching(endpoints, subsets.default),
        "NO_FALLBACK": (),
    }.get(fallback)


def _in_subset(cluster: EnvoyCluster, subsets: Subsets, criteria: Mapping[str, str]) -> bool:
    """Whether any endpoint is left for the criteria of a route, or it cannot be told (I01 to I15)."""
    if subsets.opaque:
        return True
    fallback = subsets.fallback
    if criteria:
        for keys, own in subsets.selectors:
            if keys != criteria.keys():
                continue
            matching = _matching(cluster.endpoints, criteria)
            if matching:
                # What exists is used: endpoints that are out make it fail, not fall back (I11).
                return not (_health_counts(cluster) and all(e.out for e in matching))
            if own and own != "NOT_DEFINED":
                fallback = own
            break
    if fallback == "DEFAULT_SUBSET":
        found = _matching(cluster.endpoints, subsets.default)
        return bool(found) or subsets.panic_any
    return fallback != "NO_FALLBACK"


def _matching(endpoints: Sequence[Endpoint], criteria: Mapping[str, str]) -> list[Endpoint]:
    return [e for e in endpoints if all(e.metadata.get(k) == v for k, v in criteria.items())]
