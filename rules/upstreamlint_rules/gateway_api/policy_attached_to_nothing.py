"""A policy of the Gateway API attaches to nothing.

A policy changes what happens to requests only through its `targetRefs`: a BackendTLSPolicy has the gateway speak TLS to a
Service, a BackendTrafficPolicy sets timeouts, retries and health checks of routes, a HealthCheckPolicy of GKE says which path is
asked, a SecurityPolicy who is let in. A target is looked up in the policy's own namespace. What is not found there, or is of
a kind that the policy does not attach to, changes nothing: the API server takes the object, and requests go on as if it
were not there. A TLS backend is then answered in plain text (`400`), GKE asks `GET /`, and everybody is let in.

`sectionName` is the name of a listener of a Gateway, or of a port of a Service, and none of its numbers.

Name what is there, in the namespace of the policy.

Basis: Gateway API, GEP-713 and GEP-1897; envoyproxy/gateway issue 8926; kgateway-dev/kgateway issues 11624, 14327.

## Fails

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: shop-api}
spec: {selector: {app: shop-api}, ports: [{name: https, port: 443, targetPort: 8443}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: shop-api}
spec:
  targetRefs:
    - group: ""
      kind: Service
      name: shop-apis  # error: [policy-attached-to-nothing] "`shop-apis`"
  validation: {hostname: shop.internal, wellKnownCACertificates: System}
```

## Passes

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: shop-api}
spec: {selector: {app: shop-api}, ports: [{name: https, port: 443, targetPort: 8443}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: shop-api}
spec:
  targetRefs: [{group: "", kind: Service, name: shop-api, sectionName: https}]
  validation: {hostname: shop.internal, wellKnownCACertificates: System}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.policies import PolicyAttachment, Unattached

_IDLE = Symptom(log="the policy reports no accepted target, and requests go on without it")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each target that a policy does not attach to."""
    for found in graph.broken(PolicyAttachment):
        policy, near = found.policy, found.near[0].instead if found.near else ""
        yield Finding(
            message=f"{policy.meta.kind} `{policy.title}` {_why(found)}",
            primary=Label(found.anchor, "attaches to nothing"),
            subject=policy,
            related=tuple(Label(one.anchor, one.text) for one in found.near[:3]),
            symptom=_IDLE,
            fix=found.fix,
            help=f"use `{near}`" if near else _HELP[found.why],
            assumption=found.assumption,
            fault=f"{found.target.kind}:{found.wanted}",
        )


_HELP = {
    Unattached.MISSING: "name an object that is there, or remove the policy",
    Unattached.ELSEWHERE: "move the policy into the namespace of its target",
    Unattached.WRONG_KIND: "target one of the kinds that the policy attaches to",
    Unattached.NO_SECTION: "name a port or listener of the target",
}


def _why(found: PolicyAttachment) -> str:
    target = f"{found.target.kind} `{found.target.name}`"
    match found.why:
        case Unattached.MISSING:
            return f"is for {target}, which does not exist"
        case Unattached.ELSEWHERE:
            return f"is for {target} of its own namespace, where there is none"
        case Unattached.WRONG_KIND:
            kinds = ", ".join(found.policy.policy.targets)
            return f"is for {target}, but only attaches to {kinds}"
        case Unattached.NO_SECTION:
            return f"is for `{found.wanted}` of {target}, which has no such part"
