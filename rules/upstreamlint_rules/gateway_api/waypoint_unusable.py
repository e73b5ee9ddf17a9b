"""A label names a waypoint that is not there, or that does not take what it is on.

`istio.io/use-waypoint` is looked up in the namespace of the Service, Namespace or pod that carries it, or in the one that
`istio.io/use-waypoint-namespace` names. Where there is no such Gateway, where its HBONE listener takes nothing of the namespace
(`allowedRoutes`, by default its own alone), or where `istio.io/waypoint-for` is for the other kind of traffic, ztunnel sends
requests past it: no route, subset, retry or policy of layer 7 holds for them. A Gateway of the class `istio` listens
on no port for HBONE, so connections that are sent to it fail.

Name a waypoint that exists, let its listener take the namespace, or label what it is for.

Basis: istio, `pilot/pkg/serviceregistry/ambient/waypoints.go`; Istio documentation, "Configure waypoint proxies".

## Fails

```yaml title="shop.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
    istio.io/use-waypoint: shop-waypont  # warning: [waypoint-unusable] "no Gateway `shop-waypont`"
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: shop-waypoint, namespace: shop}
spec:
  gatewayClassName: istio-waypoint
  listeners:
    - {name: mesh, port: 15008, protocol: HBONE}
```

## Passes

```yaml title="shop.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
    istio.io/use-waypoint: shop-waypoint
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: shop-waypoint, namespace: shop}
spec:
  gatewayClassName: istio-waypoint
  listeners:
    - {name: mesh, port: 15008, protocol: HBONE}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.references import Waypoint, WaypointFault

_PAST = Symptom(log="requests go past the waypoint, and no route or policy of layer 7 holds for them")
_FAILS = Symptom(log="connections are reset: the gateway takes no HBONE")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each waypoint that is not there, or takes something else."""
    for waypoint in graph.broken(Waypoint):
        message, help_ = _texts(waypoint)
        near = waypoint.near[0].instead if waypoint.near else ""
        yield Finding(
            message=message,
            primary=Label(waypoint.anchor, "no waypoint takes these requests"),
            subject=waypoint.labelled,
            hit=(),
            related=tuple(Label(n.anchor, n.text) for n in waypoint.near),
            symptom=_FAILS if waypoint.fault is WaypointFault.NO_TUNNEL else _PAST,
            fix=waypoint.fix if waypoint.fault is WaypointFault.MISSING else (),
            help=f"use `{near}`" if near else help_,
            fault=waypoint.wanted,
        )


def _texts(waypoint: Waypoint) -> tuple[str, str]:
    labelled = waypoint.labelled
    who = f"{labelled.meta.kind} `{labelled.meta.name}`"
    if waypoint.gateway is None:
        missing = f"no Gateway `{waypoint.wanted}` in namespace `{waypoint.namespace}`, the waypoint of {who}"
        return missing, "add the waypoint, or correct its name"
    name = f"waypoint `{waypoint.gateway.title}`"
    if waypoint.fault is WaypointFault.NOT_ALLOWED:
        return (
            f"{name} takes nothing of namespace `{labelled.meta.namespace or labelled.meta.name}`, where {who} is",
            "let `allowedRoutes` of its HBONE listener admit the namespace",
        )
    if waypoint.fault is WaypointFault.NO_TUNNEL:
        return (
            f"Gateway `{waypoint.gateway.title}`, the waypoint of {who}, is a gateway of class `istio` without HBONE",
            "use a Gateway of the class `istio-waypoint`",
        )
    return (
        f"{name} is not for the traffic of {who}",
        "set `istio.io/waypoint-for: all` on the Gateway, or label what it is for",
    )
