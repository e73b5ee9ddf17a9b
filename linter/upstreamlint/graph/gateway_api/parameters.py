"""What Gateways and GatewayClasses name to say how their proxies are to run: EnvoyProxy, GatewayParameters, NginxProxy, a ConfigMap.

Gateway API, `parametersRef`: a Gateway whose parameters cannot be resolved is not accepted (`InvalidParameters`), and gets no proxies. The object of a
Gateway is of its own namespace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.references import Parameters
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate
from upstreamlint.model.gateway_api import BackendRef, GatewayClass, KubernetesGateway, ProxyParameters
from upstreamlint.model.kubernetes import ConfigMap, Other
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.model.kubernetes.nearest import same_namespace, same_tree


def parameters(index: Index, taken: Mapping[int, Sequence[Affected]]) -> Iterator[Parameters]:
    """The parameters of every Gateway and class; `taken` are the routes of each Gateway."""
    gateways = index.of(KubernetesGateway)
    for gateway in gateways:
        if gateway.parameters is not None:
            yield _judged(index, gateway, gateway.parameters, tuple(taken.get(id(gateway), ())))
    for found in index.of(GatewayClass):
        if found.parameters is not None:
            own = [g for g in gateways if g.class_name and g.class_name.value == found.meta.name.value]
            yield _judged(index, found, found.parameters, tuple(h for g in own for h in taken.get(id(g), ())))


def _judged(
    index: Index, holder: KubernetesGateway | GatewayClass, ref: BackendRef, hits: tuple[Affected, ...]
) -> Parameters:
    name, folder = ref.name.value, holder.meta.folder
    every: list[KubernetesObject] = [
        *index.of(Other),
        *index.of(ConfigMap),
        *index.of(ProxyParameters),
    ]
    there = [o for o in every if (o.meta.group, o.meta.kind) == (ref.group, ref.kind)]
    here = [o for o in there if same_namespace(o.meta.namespace, ref.namespace)]
    near: tuple[Candidate, ...] = ()
    if any(o.meta.name.value == name for o in here):
        verdict = Verdict.FOUND
    elif is_placeholder(name):
        verdict = Verdict.UNKNOWN
    else:
        around = {o.meta.name.value: o for o in here if same_tree(o.meta.folder, folder)}
        like = near_names(name, around)
        near = (
            tuple(
                Candidate(
                    around[n].meta.name.anchor, f"{ref.kind} `{around[n].title}`", n, certain=sole(name, like)
                )
                for n in like[:1]
            )
            or tuple(
                Candidate(o.meta.name.anchor, f"it is in namespace `{o.meta.namespace}`", "")
                for o in there
                if o.meta.name.value == name and same_tree(o.meta.folder, folder)
            )[:1]
        )
        verdict = index.ladder.absent(name, folder, near=bool(near), also=(f"{ref.namespace}/*",))
        # Classes and what they name are of the platform.
        verdict = Verdict.EXTERNAL if verdict is Verdict.ABSENT and not index.ladder.complete else verdict
    return Parameters(
        wanted=name,
        anchor=ref.name.anchor,
        owner=holder,
        verdict=Verdict.UNKNOWN if holder.meta.patched else verdict,
        near=near,
        holder=holder,
        ref=ref,
        hits=hits,
    )
