"""DestinationRule: a host's subsets and how to connect to it."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Labels, Meta, integer, labels
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class Subset:
    """A named part of a host's endpoints; no labels means all of them."""

    rule_id: str
    name: Scalar
    labels: Labels | None
    policy: TrafficPolicy | None
    anchor: Anchor

    @property
    def id(self) -> str:
        """Its DestinationRule and its name."""
        return f"{self.rule_id}#{self.name}"


@entity
class TrafficPolicy:
    """What a DestinationRule says about connections; settings by port number come first."""

    tls_mode: Scalar | None
    node: Mapping
    ports: tuple[tuple[int, TrafficPolicy], ...]
    anchor: Anchor

    def tls_at(self, port: int) -> Scalar | None:
        """The TLS mode towards a port of the host; a port's own settings replace all of the general ones."""
        own = next((policy for number, policy in self.ports if number == port), None)
        return own.tls_mode if own is not None else self.tls_mode


@entity
class DestinationRule(KubernetesObject):
    """A DestinationRule. `workload_selector` limits the clients that it applies to."""

    host: Scalar
    subsets: tuple[Subset, ...]
    policy: TrafficPolicy | None
    export_to: tuple[Scalar, ...]
    workload_selector: Labels | None


def destination_rule(meta: Meta, root: Mapping) -> DestinationRule | None:
    """A DestinationRule from its manifest."""
    spec = root.mapping("spec")
    host = spec.scalar("host") if spec else None
    if spec is None or host is None:
        return None
    subsets = []
    for item in spec.mappings("subsets"):
        name = item.scalar("name")
        if name is not None:
            policy = item.mapping("trafficPolicy")
            subsets.append(
                Subset(
                    meta.id,
                    name,
                    labels(item.get("labels")),
                    _policy(policy) if policy else None,
                    item.anchor,
                )
            )
    policy = spec.mapping("trafficPolicy")
    chosen = spec.mapping("workloadSelector")
    return DestinationRule(
        meta,
        host,
        tuple(subsets),
        _policy(policy) if policy else None,
        tuple(spec.scalars("exportTo")),
        labels(chosen.get("matchLabels")) if chosen else None,
    )


def _policy(node: Mapping) -> TrafficPolicy:
    tls = node.mapping("tls")
    ports = []
    for item in node.mappings("portLevelSettings"):
        port = item.mapping("port")
        number = integer(port.scalar("number")) if port else None
        if number is not None:
            ports.append((number, _policy(item)))
    return TrafficPolicy(tls.scalar("mode") if tls else None, node, tuple(ports), node.anchor)
