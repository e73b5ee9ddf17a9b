"""DestinationRules that send requests to localities of endpoints, of which there are none there.

Where `from` takes a proxy, istiod leaves out the endpoints of every locality that `to` does not list (istio: `applyLocalityWeights` in
`pilot/pkg/networking/core/loadbalancer`). A locality is that of the pods' node, or what the label `istio-locality` says.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import DestinationRule, EntryEndpoint, Subset
from upstreamlint.model.kubernetes import Workload
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity(kw_only=True)
class EmptyLocalities(Reference):
    """The localities that a rule sends requests to, while all endpoints of its host are in others."""

    rule: DestinationRule
    host: str
    subset: Subset | None
    services: tuple[object, ...]


_EVERYWHERE = ("*", "*/*", "*/*/*")


def link(mesh: Mesh) -> Iterator[EmptyLocalities]:
    """One for each `distribute` for all clients that leaves no endpoint."""
    for rule in mesh.index.of(DestinationRule):
        if "*" in rule.host.value or rule.meta.patched:
            continue
        for policy, subset in [(rule.policy, None), *((s.policy, s) for s in rule.subsets)]:
            setting = policy.node.at("loadBalancer", "localityLbSetting") if policy is not None else None
            for share in setting.mappings("distribute") if isinstance(setting, Mapping) else ():
                origin, to = share.scalar("from"), share.mapping("to")
                if origin is not None and origin.value in _EVERYWHERE and to is not None:
                    yield from _judge(mesh, rule, subset, to)


def _judge(
    mesh: Mesh, rule: DestinationRule, subset: Subset | None, to: Mapping
) -> Iterator[EmptyLocalities]:
    host = mesh.rules.expanded[id(rule)]
    found = mesh.registry.find(host, rule.meta.folder)
    labels = subset.labels.values if subset is not None and subset.labels is not None else {}
    workloads = [
        w
        for s in found.services
        for w in mesh.index.selected(s)
        if all(w.template.values.get(k) == v for k, v in labels.items())
    ]
    selecting = any(e.workload_selector is not None for e in found.entries)
    listed = [e for entry in found.entries for e in entry.endpoints]
    ends: list[Workload | EntryEndpoint] = [*workloads, *listed]
    wanted = [str(entry.key.value) for entry in to]
    if not ends or found.patched or selecting or any(w.meta.patched for w in workloads):
        return
    if any(is_placeholder(w.replace("*", "")) for w in wanted) or any(_may_be_in(e, wanted) for e in ends):
        return
    yield EmptyLocalities(
        wanted=", ".join(wanted),
        anchor=to.anchor,
        owner=rule,
        verdict=Verdict.CONFLICT,
        near=tuple(Candidate(_place(e), f"these are in `{_locality(e)}`", "") for e in ends[:3]),
        rule=rule,
        host=host.shown,
        subset=subset,
        services=(subset,) if subset is not None else (*found.services, *found.entries),
    )


def _place(end: Workload | EntryEndpoint) -> Anchor:
    return end.template.anchor if isinstance(end, Workload) else end.anchor


def _locality(end: Workload | EntryEndpoint) -> str:
    """The locality of an endpoint as far as it is known, `region/zone/subzone`; empty where it may be any."""
    if isinstance(end, EntryEndpoint):
        return end.locality
    told = end.template.values.get("istio-locality")
    if told is not None:
        return told.replace(".", "/")
    if len(end.template.regions) != 1:
        return ""
    zone = end.template.zones[0] if len(end.template.zones) == 1 else ""
    return f"{end.template.regions[0]}/{zone}".rstrip("/")


def _may_be_in(end: Workload | EntryEndpoint, wanted: list[str]) -> bool:
    own = _locality(end)
    return not own or is_placeholder(own) or any(_meet(own, one) for one in wanted)


def _meet(own: str, wanted: str) -> bool:
    """Whether a locality is one of those that are asked for; what is not known of it may be."""
    pairs = zip(own.split("/"), wanted.split("/"), strict=False)
    return all(there in ("*", "") or here in ("", there) for here, there in pairs)
