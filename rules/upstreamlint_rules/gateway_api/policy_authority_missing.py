"""A BackendTLSPolicy believes nobody: the ConfigMap that it names has no `ca.crt`, or has another name.

A policy says by whom the certificates of a backend must be given, with a ConfigMap of its own namespace that holds them under the
key `ca.crt`. Without one the policy is not accepted (`NoValidCACertificate`), and requests to the backend fail: they are not
sent without the check.

Put the certificate under `ca.crt`, or correct the name.

Basis: Gateway API, `caCertificateRefs`; envoyproxy/gateway pull request 4363 (500); nginx-gateway-fabric, `internal/controller/state/graph/backend_tls_policy.go`.

## Fails

```yaml title="policy.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata:
  name: orders
  namespace: shop
spec:
  targetRefs:
    - group: ""
      kind: Service
      name: orders
  validation:
    hostname: orders.example.com
    caCertificateRefs:
      - group: ""
        kind: ConfigMap
        name: authority  # error: [policy-authority-missing] "no `ca.crt`"
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: authority
  namespace: shop
data:
  tls.crt: |
    -----BEGIN CERTIFICATE-----
---
apiVersion: v1
kind: Service
metadata:
  name: orders
  namespace: shop
spec:
  ports:
    - port: 443
```

## Passes

```yaml title="policy.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata:
  name: orders
  namespace: shop
spec:
  targetRefs:
    - group: ""
      kind: Service
      name: orders
  validation:
    hostname: orders.example.com
    caCertificateRefs:
      - group: ""
        kind: ConfigMap
        name: authority
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: authority
  namespace: shop
data:
  ca.crt: |
    -----BEGIN CERTIFICATE-----
---
apiVersion: v1
kind: Service
metadata:
  name: orders
  namespace: shop
spec:
  ports:
    - port: 443
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.finding import merged
from upstreamlint.graph.gateway_api.references import PolicyAuthority
from upstreamlint.model.kubernetes import Service

_REFUSED = Symptom(
    500, log="the policy is not accepted: NoValidCACertificate; some implementations answer 502 or 503"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each policy without a certificate to believe."""
    for found in graph.broken(PolicyAuthority):
        policy = found.policy
        told = "which has no `ca.crt`" if found.config_map is not None else "which does not exist"
        named = {t.name.value for t in policy.targets if t.kind == "Service"}
        services = [
            s
            for s in graph.nodes(Service)
            if s.meta.name.value in named and s.meta.namespace == policy.meta.namespace
        ]
        yield Finding(
            message=f"{policy.meta.kind} `{policy.title}` believes ConfigMap `{found.wanted}`, {told}",
            primary=Label(found.anchor, "nobody is believed"),
            subject=policy,
            hit=merged(hit for service in services for hit in graph.affected(service)),
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=_REFUSED,
            fix=found.fix,
            help="put the certificate under the key `ca.crt`"
            if found.config_map is not None
            else f"use `{found.near[0].instead}`"
            if found.near
            else "add it, or correct the name",
            fault=found.wanted,
        )
