"""A policy has a Service asked before requests go on, and it is not there.

A SecurityPolicy of Envoy Gateway hands requests to an authorization service (`extAuth`), or fetches keys and logins from a
backend; an EnvoyExtensionPolicy hands them to an `extProc` service. Where such a Service, or its port, does not exist, Envoy
Gateway answers every request of the target with `500`, so that nobody gets in unasked, unless `failOpen` is set.

Name a Service that exists, with one of its ports.

Basis: envoyproxy/gateway `internal/gatewayapi/securitypolicy.go`.

## Fails

```yaml title="login.yaml"
apiVersion: v1
kind: Service
metadata: {name: gate}
spec: {selector: {app: gate}, ports: [{port: 9000}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: login}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
  extAuth:
    http:
      backendRefs: [{name: gate, port: 9001}]  # error: [policy-service-missing] "9001"
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: gate, port: 9000}]}]
```

## Passes

```yaml title="login.yaml"
apiVersion: v1
kind: Service
metadata: {name: gate}
spec: {selector: {app: gate}, ports: [{port: 9000}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: login}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
  extAuth:
    http:
      backendRefs: [{name: gate, port: 9000}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: gate, port: 9000}]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.policies import PolicyService


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service that a policy asks in vain."""
    for found in graph.broken(PolicyService):
        policy, near = found.policy, found.near[0].instead if found.near else ""
        lacks = (
            f"Service `{found.wanted}`, which does not exist"
            if found.service is None
            else f"port {found.wanted} of Service `{found.service.title}`, which it does not have"
        )
        yield Finding(
            message=f"{policy.meta.kind} `{policy.title}` has requests asked of {lacks}",
            primary=Label(found.anchor, "asked before a request goes on"),
            subject=policy,
            related=tuple(Label(one.anchor, one.text) for one in found.near[:3]),
            symptom=Symptom(policy.policy.fails),
            hit=found.hit,
            fix=found.fix,
            help=f"use `{near}`" if near else "name a Service and a port that exist",
            assumption=found.assumption,
            fault=found.wanted,
        )
