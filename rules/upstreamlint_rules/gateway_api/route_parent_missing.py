"""A Gateway API route attaches to a Gateway, listener or port that does not exist.

A route names its parent, and may narrow it to one listener (`sectionName`) or one `port`. When the Gateway has none
such, the route gets the condition `Accepted: False` (`NoMatchingParent`); when there is no Gateway of the name, nothing
picks the route up. Either way no request reaches it: the proxy answers `404`. The same goes for a ListenerSet. A route
of a mesh attaches to a Service, or to one port of it: when that is missing, the route is not used at all.

A Gateway that is not among the files is not reported, unless one of a similar name is near or it lives in another
namespace.

Basis: Gateway API, `RouteReasonNoMatchingParent`; conformance `httproute-invalid-parentref-not-matching-section-name`.

## Fails

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: eg
  listeners:
    - {name: http, protocol: HTTP, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - name: edge
      sectionName: https  # error: [route-parent-missing] "no listener `https`"
  rules:
    - backendRefs: [{name: web, port: 80}]
```

## Passes

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: eg
  listeners:
    - {name: http, protocol: HTTP, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  rules:
    - backendRefs: [{name: web, port: 80}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.references import Refusal, RouteParent
from upstreamlint.model.kubernetes import Service
from upstreamlint.symptoms import unattached

_IGNORED = Symptom(log="the rules are not used: clients reach the Service as if there were none")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each parent that is not there."""
    for reference in graph.broken(RouteParent):
        route, gateway = reference.route, reference.gateway
        kind = reference.parent.kind
        if reference.refusal is Refusal.NO_GATEWAY or gateway is None:
            message = f"no {kind} `{reference.wanted}`, which {route.meta.kind} `{route.title}` attaches to"
            text = f"no such {kind} in namespace `{reference.parent.namespace}`"
        elif reference.refusal is Refusal.NO_PARENT:
            what = "listener" if reference.parent.section is not None else "listener on port"
            what = "port" if isinstance(gateway, Service) else what
            message = f"{gateway.meta.kind} `{gateway.meta.title}` has no {what} `{reference.wanted}`, "
            message += f"which {route.meta.kind} `{route.title}` attaches to"
            text = f"no such {what.removesuffix(' on port')}"
        else:
            continue
        near = reference.near[0].instead if reference.near else ""
        yield Finding(
            message=message,
            primary=Label(reference.anchor, text),
            subject=route,
            hit=reference.hits,
            related=tuple(Label(n.anchor, n.text) for n in reference.near),
            symptom=_IGNORED if kind == "Service" else unattached(route.meta.kind),
            fix=reference.fix,
            help=f"use `{near}`" if near else f"name a {kind} that exists, and a part of it that does",
            assumption=reference.assumption,
            fault=reference.wanted,
        )
