"""The routes of every nginx: from where it runs, through its locations and upstreams, to what they dial."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from upstreamlint.facets.dial import Dial
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Workload
from upstreamlint.programs.nginx import model as nginx
from upstreamlint.programs.nginx.answers import subrequests
from upstreamlint.programs.nginx.answers.pages import pages
from upstreamlint.programs.nginx.dials.dialler import Dialler
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.model import Target, Upstream
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.programs.nginx.dials.mesh_host import MeshHosts

Link = Route | Edge | Reference


def link(index: Index) -> Iterator[Link]:
    """Every nginx of the run."""
    mesh = _mesh(index)
    for instance in index.of(NginxInstance):
        yield from _instance(index, instance, Dialler(instance), mesh)


def _mesh(index: Index) -> MeshHosts | None:
    """What the mesh that pods are in takes for a host; without pods nothing is in one."""
    if not index.of(Workload):
        return None
    from upstreamlint.programs.nginx.dials.mesh_host import MeshHosts

    return MeshHosts(index)


def _instance(
    index: Index, instance: NginxInstance, dialler: Dialler, mesh: MeshHosts | None
) -> Iterator[Link]:
    passed: dict[int, list[ProxyPass]] = defaultdict(list)
    seen: Counter[str] = Counter()
    passes: list[ProxyPass] = []
    for server, location, target in instance.config.routes:
        match = location.title if location else "/"
        key = f"{match} {target.target.value}"
        seen[f"{server.id} {key}"] += 1
        again = seen[f"{server.id} {key}"]
        anchor = location.anchor if location else target.directive.head
        kind = "location" if location else target.context
        route = Route(
            kind,
            server,
            server.title,
            match,
            anchor,
            f"{key} {again}" if again > 1 else key,
            hosts=tuple(name.value for name in server.names),
        )
        yield route
        if instance.client is not None:
            yield Edge(instance.client, route, anchor, f"{instance.title} takes {server.title}{match}", None)
        targets = nginx.targets(instance.config, target)
        found = ProxyPass(
            wanted=target.target.value,
            anchor=target.anchor,
            owner=server,
            verdict=Verdict.UNKNOWN if targets is None else Verdict.FOUND,
            route=route,
            instance=instance,
            server=server,
            location=location,
            target=target,
            targets=targets,
            upstreams=tuple(_named(instance, target.context, targets or ())),
        )
        yield found
        passes.append(found)
        share = 1.0 if len(targets or ()) == 1 else None
        for upstream in found.upstreams:
            passed[id(upstream)].append(found)
            yield Edge(route, upstream, target.anchor, f"passed to upstream `{upstream.name}`", share)
        for one in targets or ():
            if not found.upstreams or _upstream(instance, target.context, one) is None:
                dial = dialler.dial_target(found, one, share)
                yield from _direct(index, found, one, dial, mesh) if dial is not None else ()
    yield from subrequests.edges(passes)
    yield from pages(passes)
    for upstream in instance.config.upstreams:
        for dial in dialler.dial_upstream(upstream, tuple(passed[id(upstream)])):
            yield from judge(index, dial)


def _direct(
    index: Index, found: ProxyPass, one: Target, dial: Dial, mesh: MeshHosts | None
) -> Iterator[Link]:
    """What a pass dials without an upstream."""
    for item in judge(index, dial):
        if isinstance(item, Judgement) and found.target.variables and item.broken and item.stops:
            # The pass without variables is the one that keeps nginx from starting.
            continue
        yield item
        if mesh is not None and isinstance(item, Judgement) and item.facet is Facet.NAME:
            yield from mesh.sent(found, item, one.port)


def _upstream(instance: NginxInstance, context: nginx.Context, target: Target) -> Upstream | None:
    if target.address is None or target.address.kind != "name":
        return None
    return instance.config.upstream(target.address.host, context)


def _named(
    instance: NginxInstance, context: nginx.Context, targets: tuple[Target, ...]
) -> Iterator[Upstream]:
    seen: set[int] = set()
    for target in targets:
        found = _upstream(instance, context, target)
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            yield found
