"""Every Envoy of the run: its routes, the clusters that they name, and what those dial."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Permission
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.programs.envoy.death import death, in_subset, listed
from upstreamlint.programs.envoy.dependencies import Dependency
from upstreamlint.programs.envoy.dialled import callers, dialled
from upstreamlint.programs.envoy.grpc import judge_grpc
from upstreamlint.programs.envoy.model import (
    Bootstrap,
    ClusterUse,
    EnvoyCluster,
    EnvoyRoute,
    Listener,
    UseKind,
    VirtualHost,
)
from upstreamlint.programs.envoy.references import (
    ClusterReference,
    DependencyReference,
    MemberReference,
    Refusal,
)
from upstreamlint.programs.envoy.spread import joined, shares
from upstreamlint.source import Anchor
from upstreamlint.values import replace

Link = Route | Edge | Reference


def link(index: Index) -> Iterator[Link]:
    """The routes of each bootstrap, what its filters call, and the endpoints of each cluster."""
    for bootstrap in index.of(Bootstrap):
        used: dict[int, list[ClusterReference]] = defaultdict(list)
        http: set[int] = set()
        for item in _routes(bootstrap):
            yield item
            if isinstance(item, ClusterReference) and item.cluster is not None:
                used[id(item.cluster)].append(item)
                if item.use.kind in (UseKind.ROUTE, UseKind.WEIGHTED) and item.use.share:
                    http.add(id(item.cluster))
            elif isinstance(item, DependencyReference) and item.cluster is not None and item.refusal is None:
                http.add(id(item.cluster))
        faced = list(_endpoints(index, bootstrap, used, http, ()))
        broken = (f for f in faced if isinstance(f, Judgement) and f.facet is Facet.NAME and f.broken)
        nameless = {found.dial.host_anchor for found in broken}
        yield from _endpoints(index, bootstrap, used, http, nameless) if nameless else faced
        for cluster in bootstrap.clusters:
            yield from _members(bootstrap, cluster, nameless)


def _endpoints(
    index: Index,
    bootstrap: Bootstrap,
    used: Mapping[int, Sequence[ClusterReference]],
    http: Collection[int],
    nameless: Collection[Anchor],
) -> Iterator[Edge | Judgement]:
    """What the endpoints of each cluster dial; those that are `nameless` have no address."""
    members: dict[str, list[EnvoyCluster]] = defaultdict(list)
    for cluster in bootstrap.clusters:
        for name in cluster.members:
            members[name.value].append(cluster)
    for cluster in bootstrap.clusters:
        sent: Sequence[ClusterReference] = used.get(id(cluster), ())
        parts = shares(cluster, sent, nameless)
        holders = members.get(cluster.name.value, [])
        if holders:
            whole = joined(bootstrap, holders[0], nameless) if len(holders) == 1 and not sent else None
            own = [(whole or {}).get(id(e), 0.0) for e in cluster.endpoints]
            if sum(own):
                parts = [part / sum(own) for part in own]
            sent = [*sent, *(reference for holder in holders for reference in used.get(id(holder), ()))]
        for caller in callers(bootstrap):
            for dial in dialled(caller, cluster, sent, parts, http=id(cluster) in http):
                asked = replace(dial, permission=_permission(bootstrap, cluster))
                faced = list(judge(index, asked))
                yield from faced
                if not any(isinstance(one, Judgement) and one.broken for one in faced):
                    yield from judge_grpc(bootstrap, cluster, sent, dial)


def _permission(bootstrap: Bootstrap, cluster: EnvoyCluster) -> Permission | None:
    """What ext_authz asks a cluster by HTTP: its own path, with that of the request behind it."""
    calls = (d for listener in bootstrap.listeners for d in listener.dependencies)
    paths = [d.path for d in calls if d.path is not None and d.cluster.value == cluster.name.value]
    return Permission(path=paths[0], asker="prefix") if paths else None


def _dependency(bootstrap: Bootstrap, dependency: Dependency, routes: list[Route]) -> DependencyReference:
    """What a filter's call comes to."""
    cluster = bootstrap.cluster(dependency.cluster.value)
    verdict, near = _found(bootstrap, dependency.cluster, cluster)
    refusal = Refusal.MISSING if cluster is None else _refusal(bootstrap, dependency, cluster)
    if refusal is not None and cluster is not None:
        verdict = Verdict.CONFLICT
    return DependencyReference(
        wanted=dependency.cluster.value,
        anchor=dependency.anchor,
        owner=bootstrap,
        verdict=verdict,
        near=near,
        bootstrap=bootstrap,
        dependency=dependency,
        cluster=cluster,
        refusal=refusal,
        routes=tuple(routes),
    )


def _refusal(bootstrap: Bootstrap, dependency: Dependency, cluster: EnvoyCluster) -> Refusal | None:
    if death(bootstrap, cluster) is not None:
        return Refusal.DEAD
    if listed(cluster) and in_subset(cluster, {}, cluster.endpoints) == ():
        return Refusal.NO_SUBSET
    if dependency.grpc and cluster.http2 is None:
        return Refusal.NO_HTTP2
    return Refusal.NO_TLS if dependency.tls and not cluster.tls else None


def _routes(bootstrap: Bootstrap) -> Iterator[Link]:
    seen: Counter[str] = Counter()
    for listener in bootstrap.listeners:
        routes: list[Route] = []
        for host in listener.hosts:
            for written in host.routes:
                for item in _route(bootstrap, listener, host, written, seen):
                    yield item
                    if isinstance(item, Route):
                        routes.append(item)
        for dependency in listener.dependencies:
            yield _dependency(bootstrap, dependency, routes)


def _route(
    bootstrap: Bootstrap, listener: Listener, host: VirtualHost, written: EnvoyRoute, seen: Counter[str]
) -> Iterator[Link]:
    at = f":{listener.port}" if listener.port is not None else ""
    title = ", ".join(d.value for d in host.domains[:2]) or "tcp"
    key = f"{title}{at} {written.match}"
    seen[key] += 1
    again = f" {seen[key]}" if seen[key] > 1 else ""
    kind = "route" if host.domains else "tcp_proxy"
    hosts = tuple(d.value for d in host.domains)
    route = Route(
        kind, bootstrap, f"{title}{at}", written.match, written.anchor, f"{key}{again}", hosts=hosts
    )
    yield route
    for place in bootstrap.places:
        yield Edge(place.node, route, written.anchor, f"{place.title} takes {route.match}", None)
    for pod in bootstrap.pods:
        yield Edge(pod, route, written.anchor, f"`{pod.title}` takes {route.match}", None)
    for use in written.uses:
        cluster = bootstrap.cluster(use.name.value)
        verdict, near = _found(bootstrap, use.name, cluster)
        yield ClusterReference(
            wanted=use.name.value,
            anchor=use.anchor,
            owner=bootstrap,
            verdict=verdict,
            near=near,
            bootstrap=bootstrap,
            route=route,
            host=host,
            written=written,
            use=use,
            cluster=cluster,
            death=death(bootstrap, cluster, use) if cluster is not None else None,
        )
        if cluster is not None and use.kind is not UseKind.MIRROR:
            yield Edge(route, cluster, use.anchor, _says(use), use.share)


def _says(use: ClusterUse) -> str:
    return f"sent to cluster `{use.name}`"


def _members(bootstrap: Bootstrap, cluster: EnvoyCluster, nameless: Collection[Anchor]) -> Iterator[Link]:
    parts = joined(bootstrap, cluster, nameless)
    for member in cluster.members:
        found = bootstrap.cluster(member.value)
        share = None
        if parts is not None and found is not None:
            share = sum(parts.get(id(e), 0.0) for e in found.endpoints)
        verdict, near = _found(bootstrap, member, found)
        yield MemberReference(
            wanted=member.value,
            anchor=member.anchor,
            owner=cluster,
            verdict=verdict,
            near=near,
            bootstrap=bootstrap,
            aggregate=cluster,
            cluster=found,
        )
        if found is not None:
            yield Edge(cluster, found, member.anchor, f"`{member}` is a member of `{cluster.name}`", share)


def _found(
    bootstrap: Bootstrap, name: Scalar, cluster: EnvoyCluster | None
) -> tuple[Verdict, tuple[Candidate, ...]]:
    """What a name of a cluster came to: a bootstrap without a management server holds all clusters that exist."""
    if cluster is not None:
        return Verdict.FOUND, ()
    templated = any(is_placeholder(c.name.value) for c in bootstrap.clusters)
    if bootstrap.dynamic or templated or is_placeholder(name.value):
        return Verdict.UNKNOWN, ()
    like = near_names(name.value, {c.name.value for c in bootstrap.clusters})
    near = tuple(
        Candidate(
            c.name.anchor,
            f"cluster `{c.name}` has a similar name",
            c.name.value,
            certain=sole(name.value, like),
        )
        for one in like[:1]
        if (c := bootstrap.cluster(one)) is not None
    )
    return Verdict.CONFLICT, near
