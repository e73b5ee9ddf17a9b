"""Hosts in ConfigMaps that no workload of these files takes: whoever does is in their namespace, and dials from there.

Settings that applications of other repositories share stand so. What takes such a ConfigMap is not known: only a slip of the hand,
and a port that the Service of the name has not, are told.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Purpose, spoken
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.pod_hosts import NamedHost, hosts_in, is_slip
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import ConfigMap, Service, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.places.address import NETWORKS, is_loopback
from upstreamlint.places.pods.dns import cluster_name
from upstreamlint.values import replace


def link(index: Index) -> Iterator[Reference]:
    """What contradicts the Services beside each ConfigMap that nobody here takes."""
    maps = [m for m in index.of(ConfigMap) if not m.meta.patched]
    if not maps or not index.of(Service):
        return
    taken = {(name.value, w.meta.namespace) for w in index.of(Workload) for name in _taken(w)}
    for held in maps:
        name = held.meta.name.value
        if any(name == own and same_namespace(space, held.meta.namespace) for own, space in taken):
            continue
        for key, entry in held.data.items():
            if isinstance(entry.value, Scalar) and "\n" not in entry.value.value:
                for named in hosts_in(key, entry.value.value):
                    yield from _judged(index, held, key, entry.value, named)


def _taken(workload: Workload) -> Iterator[Scalar]:
    """The ConfigMaps that pods name, whether they can do without or not."""
    yield from (v.config_map for v in workload.template.volumes)
    for container in workload.containers:
        yield from container.env_from
        yield from (k.config_map for k in container.env_keys)


def _judged(index: Index, held: ConfigMap, key: str, value: Scalar, named: NamedHost) -> Iterator[Reference]:
    if not named.certain or named.host in NETWORKS or is_loopback(named.host):
        return
    if cluster_name(index, held.meta, named.host) is None:
        return
    dial = Dial(
        caller=Caller(program=f"`ConfigMap/{held.meta.name}`", cluster=held.meta, resident=True),
        owner=held,
        route=None,
        host=named.host,
        host_anchor=value.anchor,
        port=named.port,
        port_anchor=value.anchor,
        share=None,
        purpose=Purpose.WRITTEN,
        variable=key,
        **spoken(named.scheme),
    )
    for found in judge(index, dial):
        if not isinstance(found, Judgement):
            continue
        if (found.verdict is Verdict.NEAR_MISS and is_slip(found)) or (
            found.facet is Facet.PORT and found.verdict is Verdict.CONFLICT
        ):
            yield replace(found, certain=True)
