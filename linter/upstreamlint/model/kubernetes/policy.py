"""NetworkPolicy, PodDisruptionBudget and autoscalers."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, LabelSelector, Meta, selector
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, entity


@entity
class PolicyPort:
    """A port of a policy rule: a number or a name of the destination pod; nothing means every port (N6)."""

    port: Scalar | None
    end_port: Scalar | None
    protocol: str
    anchor: Anchor

    def takes(self, protocol: str) -> bool:
        """Whether it is of a protocol."""
        return self.protocol in (protocol, ANY_PROTOCOL)


ANY_PROTOCOL = "ANY"
ORDER = 1000
"""Where Calico puts policies of Kubernetes between its own (docs.tigera.io, "Policy order")."""


class Crowd(StrEnum):
    """Peers that a network plugin names by where they are."""

    EVERYBODY = "everybody"
    OUTSIDE = "outside the cluster"
    INSIDE = "inside the cluster"
    """Pods and nodes."""
    NODES = "nodes"
    GATEWAYS = "gateways of the network plugin"
    SERVICES = "the pods of Services that are named"
    UNKNOWN = "unknown"
    """Told by something that is not read, or that no file shows."""


@entity
class PolicyPeer:
    """Who a rule admits: pods of namespaces, or an address block (N4), or a crowd.

    `sets` says that the selector of pods may also select named sets of addresses (Calico), `services` are the namespaces and names of Services
    whose pods are meant (Cilium).
    """

    pods: LabelSelector | None
    namespaces: LabelSelector | None
    cidr: Scalar | None
    except_cidrs: tuple[Scalar, ...]
    anchor: Anchor
    crowd: Crowd | None = None
    sets: bool = False
    services: tuple[tuple[str, str], ...] = ()


@entity
class PolicyRule:
    """One ingress or egress rule; no peers means everybody, no ports every port."""

    peers: tuple[PolicyPeer, ...]
    ports: tuple[PolicyPort, ...]
    anchor: Anchor


@entity
class NetworkPolicy(KubernetesObject):
    """A NetworkPolicy, or one of Cilium or Calico as far as it says the same.

    `ingress` and `egress` are nothing when the policy says nothing about that direction. A policy of the whole cluster
    selects pods of `namespaces`, or of all. One that does not isolate, or of which that is not known, only adds to what
    others admit; `spares` are the directions (`ingress`, `egress`) of which that holds alone. `parts` are the policies that one
    object stands for, where they are several, or where its selector has alternatives. `denied` are rules of a direction that keep out what they name,
    from all policies of a higher `order`, and from the rules behind them in their own.
    """

    pods: LabelSelector | None
    ingress: tuple[PolicyRule, ...] | None
    egress: tuple[PolicyRule, ...] | None
    egress_key: Anchor
    whole_cluster: bool = False
    namespaces: LabelSelector | None = None
    isolates: bool = True
    spares: frozenset[str] = frozenset()
    parts: tuple[NetworkPolicy, ...] = ()
    denied: tuple[tuple[str, PolicyRule], ...] = ()
    order: float = ORDER

    @property
    def each(self) -> tuple[NetworkPolicy, ...]:
        """The parts, or itself."""
        return self.parts or (self,)


@entity
class DisruptionBudget(KubernetesObject):
    """A PodDisruptionBudget; its bounds as written: a number or a percentage."""

    pods: LabelSelector | None
    min_available: Scalar | None
    max_unavailable: Scalar | None


@entity
class Autoscaler(KubernetesObject):
    """What scales another object: a HorizontalPodAutoscaler, a KEDA ScaledObject, a Rollout with a `workloadRef`.

    `from_zero` says that it lifts zero replicas (W4).
    """

    target_group: str
    target_kind: str
    target: Scalar
    minimum: Scalar | None
    from_zero: bool


def network_policy(meta: Meta, root: Mapping) -> NetworkPolicy | None:
    """A NetworkPolicy from its manifest; `policyTypes` defaults as N2 says."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    types = {t.value for t in spec.scalars("policyTypes")}
    if not types:
        types = {"Ingress"} | ({"Egress"} if spec.sequence("egress") else set())
    return NetworkPolicy(
        meta,
        selector(spec.get("podSelector")),
        tuple(_rule(r, "from") for r in spec.mappings("ingress")) if "Ingress" in types else None,
        tuple(_rule(r, "to") for r in spec.mappings("egress")) if "Egress" in types else None,
        spec.key("egress"),
    )


def _rule(node: Mapping, peers_key: str) -> PolicyRule:
    ports = []
    for item in node.mappings("ports"):
        protocol = item.scalar("protocol")
        ports.append(
            PolicyPort(
                item.scalar("port"),
                item.scalar("endPort"),
                protocol.value if protocol else "TCP",
                item.anchor,
            )
        )
    return PolicyRule(tuple(_peer(p) for p in node.mappings(peers_key)), tuple(ports), node.anchor)


def _peer(node: Mapping) -> PolicyPeer:
    block = node.mapping("ipBlock")
    return PolicyPeer(
        selector(node.get("podSelector")),
        selector(node.get("namespaceSelector")),
        block.scalar("cidr") if block else None,
        tuple(block.scalars("except")) if block else (),
        node.anchor,
    )


def disruption_budget(meta: Meta, root: Mapping) -> DisruptionBudget | None:
    """A PodDisruptionBudget from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    return DisruptionBudget(
        meta,
        selector(spec.get("selector")),
        spec.scalar("minAvailable"),
        spec.scalar("maxUnavailable"),
    )


def autoscaler(meta: Meta, root: Mapping) -> Autoscaler | None:
    """A HorizontalPodAutoscaler or ScaledObject from its manifest."""
    spec = root.mapping("spec")
    minimum = "minReplicaCount" if meta.kind == "ScaledObject" else "minReplicas"
    least = spec.scalar(minimum) if spec else None
    lifts = meta.kind == "ScaledObject" or (least is not None and least.value == "0")
    return _scaling(meta, spec, "scaleTargetRef", least, from_zero=lifts)


def rollout_of_workload(meta: Meta, root: Mapping) -> Autoscaler | None:
    """An Argo Rollout that takes its pods from another workload, which it scales itself."""
    return _scaling(meta, root.mapping("spec"), "workloadRef", None, from_zero=True)


def _scaling(
    meta: Meta, spec: Mapping | None, key: str, minimum: Scalar | None, *, from_zero: bool
) -> Autoscaler | None:
    target = spec.mapping(key) if spec else None
    name = target.scalar("name") if target else None
    if target is None or name is None:
        return None
    kind, version = target.scalar("kind"), target.scalar("apiVersion")
    group, slash, _ = (version.value if version else "apps/v1").partition("/")
    return Autoscaler(
        meta, group if slash else "", kind.value if kind else "Deployment", name, minimum, from_zero=from_zero
    )
