"""What a patch of a kustomization may change: which objects, and whether that bears on how requests travel.

Read from its text alone, so that an object that gets another image or more memory is judged although the kustomization
is not built (kubectl.docs.kubernetes.io: patches, replacements).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.numerals import is_digits
from upstreamlint.readers import yaml
from upstreamlint.source import Source
from upstreamlint.values import frozen

_WORKLOADS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Job", "CronJob", "Rollout"}
)


@frozen
class Target:
    """What a patch touches; an empty kind or name stands for any. `scales` says that it only sets how many pods there are."""

    kind: str = ""
    name: str = ""
    scales: bool = False

    def is_of(self, kind: str, name: str) -> bool:
        """Whether an object is touched."""
        return self.kind in ("", kind) and self.name in ("", name)


ANYTHING = (Target(),)
UNSEEN = tuple(Target(kind) for kind in sorted(_WORKLOADS | {"ConfigMap"}))
"""What a component that is not here may touch: it reshapes what runs, and not whom a route names."""


def by_patch(text: str, target: Mapping | None) -> tuple[Target, ...]:
    """What the text of a patch touches, which is a list of operations on a target, or pieces of the objects themselves."""
    found: list[Target] = []
    for document in yaml.read(Source("patch", text)).documents:
        root = document.root
        kind, name = _chosen(target)
        if isinstance(root, Sequence):
            if target is None:
                return ANYTHING
            found += _touched(kind, name, _operations(root))
        elif isinstance(root, Mapping):
            own, head = root.scalar("kind"), root.mapping("metadata")
            named = head.scalar("name") if head is not None else None
            if target is None and (own is None or named is None):
                return ANYTHING
            if target is None and own is not None and named is not None:
                kind, name = own.value, named.value
            found += _touched(kind, name, _leaves(root))
    return tuple(found)


def by_replacement(item: Mapping) -> tuple[Target, ...]:
    """What a replacement writes into."""
    found: list[Target] = []
    for target in item.mappings("targets"):
        kind, name = _chosen(target.mapping("select"))
        paths = [_BRACKETS.sub("", s.value) for s in target.scalars("fieldPaths")] or ["metadata.name"]
        found += _touched(kind, name, paths)
    return tuple(found)


def chosen(selector: Mapping | None) -> tuple[Target, ...]:
    """What something that is not here may touch of what a selector chooses."""
    return (Target(*_chosen(selector)),)


def _chosen(selector: Mapping | None) -> tuple[str, str]:
    """The kind and the name that a selector says; one that is a pattern stands for any."""
    kind = selector.scalar("kind") if selector is not None else None
    name = selector.scalar("name") if selector is not None else None
    plain = [s.value if s is not None and _PLAIN.fullmatch(s.value) else "" for s in (kind, name)]
    return plain[0], plain[1]


_PLAIN = patterns.compile(r"[A-Za-z0-9-]+")
_BRACKETS = patterns.compile(r"\.?\[[^\[\]]*+\]")
_IDENTITY = frozenset({"apiVersion", "kind", "metadata.name", "metadata.namespace"})
_OF_CONTAINERS = "name|image|imagePullPolicy|resources|securityContext"
_OF_PODS = (
    "nodeSelector|tolerations|affinity|serviceAccountName|serviceAccount|imagePullSecrets|securityContext"
    "|terminationGracePeriodSeconds|priorityClassName|topologySpreadConstraints|automountServiceAccountToken"
    f"|schedulerName|(?:initContainers|containers)\\.(?:{_OF_CONTAINERS})"
)
_OF_WORKLOADS = "strategy|updateStrategy|minReadySeconds|revisionHistoryLimit|progressDeadlineSeconds|volumeClaimTemplates"
_HARMLESS = patterns.compile(
    r"(?:spec\.jobTemplate\.)?(?:metadata\.(?:labels|annotations)"
    rf"|spec\.(?:{_OF_WORKLOADS}|template\.metadata\.annotations|template\.spec\.(?:{_OF_PODS})))(?:\.|\Z)"
)
"""Fields of a workload that neither names, selects, dials nor listens."""
_SCALE = "spec.replicas"
_BOUNDS = {
    "HorizontalPodAutoscaler": ("spec.minReplicas", "spec.maxReplicas", "spec.metrics", "spec.behavior"),
    "PodDisruptionBudget": ("spec.minAvailable", "spec.maxUnavailable"),
}
"""What an object of a kind bounds, whatever it is for."""


def _touched(kind: str, name: str, paths: Iterable[str]) -> tuple[Target, ...]:
    bounds = _BOUNDS.get(kind, ())
    rest = [
        p
        for p in paths
        if p not in _IDENTITY
        and not (kind in _WORKLOADS and _HARMLESS.match(p))
        and not (bounds and p.startswith(bounds))
    ]
    return (Target(kind, name, scales=all(p == _SCALE for p in rest)),) if rest else ()


def _operations(items: Sequence) -> Iterator[str]:
    """The fields that operations change, dots between their parts and without positions in lists."""
    for item in items.items:
        written = [item.scalar(key) for key in ("path", "from")] if isinstance(item, Mapping) else []
        for pointer in (s.value for s in written if s is not None):
            parts = (p.replace("~1", "/") for p in pointer.strip("/").split("/"))
            yield ".".join(p for p in parts if p != "-" and not is_digits(p))


def _leaves(node: Node, path: str = "") -> Iterator[str]:
    if isinstance(node, Mapping):
        for entry in node:
            yield from _leaves(entry.value, f"{path}.{entry.key.value}".lstrip("."))
    elif isinstance(node, Scalar):
        yield path
    else:
        for item in node.items:
            yield from _leaves(item, path)
