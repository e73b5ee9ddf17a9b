"""A policy has a Service asked before requests go on, and it is not there.

A SecurityPolicy of Envoy Gateway hands requests to an authorization service (`extAuth`), or fetches keys and logins from a
backend; an EnvoyExtensionPolicy hands them to an `extProc` service. Where such a Service, or its port, does not exist, Envoy
Gateway answers every request of the target with `500`, so that nobody gets in unasked, unless `failOpen` is set. So it does for a Service of another namespace that no
ReferenceGrant there lets the policy use.

Name a Service that exists, with one of its ports, and permit what crosses namespaces.

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

## Fails: another namespace

```yaml title="login.yaml"
apiVersion: v1
kind: Service
metadata: {name: gate, namespace: guard}
spec: {selector: {app: gate}, ports: [{port: 9000}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: login, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
  extAuth:
    http:
      backendRefs: [{name: gate, namespace: guard, port: 9000}]  # error: [policy-service-missing] "does not permit it"
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
```

## Passes: a permit

```yaml title="login.yaml"
apiVersion: v1
kind: Service
metadata: {name: gate, namespace: guard}
spec: {selector: {app: gate}, ports: [{port: 9000}]}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: logins, namespace: guard}
spec:
  from: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, namespace: shop}]
  to: [{group: "", kind: Service}]
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: login, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
  extAuth:
    http:
      backendRefs: [{name: gate, namespace: guard, port: 9000}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
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
            else f"Service `{found.wanted}`, whose namespace does not permit it"
            if found.unpermitted
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
            help=_permit(found) if found.unpermitted else f"use `{near}`" if near else _EXISTING,
            assumption=found.assumption,
            fault=found.wanted,
        )


_EXISTING = "name a Service and a port that exist"


def _permit(found: PolicyService) -> str:
    meta = found.policy.meta
    space = found.service.meta.namespace if found.service is not None else ""
    return (
        f"add a ReferenceGrant to namespace `{space}`: from {{group: {meta.group}, kind: {meta.kind}, "
        f'namespace: {meta.namespace}}}, to {{group: "", kind: Service}}'
    )
