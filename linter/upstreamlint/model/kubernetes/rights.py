"""What roles let programs change in the cluster (kubernetes.io: RBAC)."""

from __future__ import annotations

from upstreamlint.documents import Mapping
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.values import entity

_CHANGING = frozenset({"patch", "update", "*"})


@entity
class Rights(KubernetesObject):
    """A Role: the resources that it lets the programs of a namespace change, by their plural names."""

    changes: frozenset[str]


def rights(meta: Meta, root: Mapping) -> Rights:
    """A role from its manifest."""
    changing = (
        rule for rule in root.mappings("rules") if _CHANGING & {v.value for v in rule.scalars("verbs")}
    )
    return Rights(meta, frozenset(r.value for rule in changing for r in rule.scalars("resources")))
