"""Where the scheduler may put pods, as far as the file says."""

from __future__ import annotations

from upstreamlint.documents import Mapping

ZONE = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
"""The labels of nodes that say their zone, the second up to Kubernetes 1.17."""

REGION = ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")
"""Those that say their region."""


def is_spread(spec: Mapping) -> bool:
    """Whether the file says how the pods are spread over nodes or zones."""
    affinity = spec.mapping("affinity")
    apart = affinity.mapping("podAntiAffinity") if affinity else None
    return apart is not None or bool(spec.mappings("topologySpreadConstraints"))


def zones(spec: Mapping) -> tuple[str, ...]:
    """The zones whose nodes the pods must be on; none when they may be on nodes of any."""
    return _places(spec, ZONE)


def regions(spec: Mapping) -> tuple[str, ...]:
    """The regions whose nodes the pods must be on; none when they may be on nodes of any."""
    return _places(spec, REGION)


def _places(spec: Mapping, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The values of a label of their nodes.

    `nodeSelector` and the required terms of `nodeAffinity` must hold both; of the terms one must.
    """
    chosen = spec.mapping("nodeSelector")
    for key in keys:
        picked = chosen.scalar(key) if chosen else None
        if picked is not None:
            return (picked.value,)
    affinity = spec.mapping("affinity")
    near = affinity.mapping("nodeAffinity") if affinity else None
    required = near.mapping("requiredDuringSchedulingIgnoredDuringExecution") if near else None
    terms = [_of_term(term, keys) for term in required.mappings("nodeSelectorTerms")] if required else []
    return tuple(dict.fromkeys(place for term in terms for place in term)) if all(terms) else ()


def _of_term(term: Mapping, keys: tuple[str, ...]) -> list[str]:
    for expression in term.mappings("matchExpressions"):
        key, operator = expression.scalar("key"), expression.scalar("operator")
        if key is not None and key.value in keys and operator is not None and operator.value == "In":
            return [value.value for value in expression.scalars("values")]
    return []
