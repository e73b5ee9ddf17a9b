"""A BackendConfig or FrontendConfig that an annotation names does not exist.

GKE's controller makes nothing of an Ingress whose Services name a BackendConfig that is not in their namespace (`no BackendConfig for service port exists`), or that names
such a FrontendConfig itself: its load balancer is not made, or stays as it was.

Correct the name, or define the object in the namespace of what names it.

Basis: kubernetes/ingress-gce, pkg/controller/translator/translator.go and pkg/frontendconfig.

## Fails

```yaml title="app.yaml"
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: {name: web-config}
spec: {healthCheck: {type: HTTP, requestPath: /healthz, port: 8080}}
---
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    cloud.google.com/backend-config: '{"default": "my-web-config"}'  # error: [gke-config-missing] "`my-web-config`"
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations: {kubernetes.io/ingress.class: gce}
spec:
  defaultBackend: {service: {name: web, port: {number: 80}}}
```

## Passes

```yaml title="app.yaml"
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: {name: web-config}
spec: {healthCheck: {type: HTTP, requestPath: /healthz, port: 8080}}
---
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    cloud.google.com/backend-config: '{"default": "web-config"}'
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations: {kubernetes.io/ingress.class: gce}
spec:
  defaultBackend: {service: {name: web, port: {number: 80}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.managed.checks.configs import GkeConfig

_STAYS = "the controller reports an error, and the load balancer stays as it was, or is not made"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each object of GKE that is named and not there."""
    for found in graph.broken(GkeConfig):
        holder = found.holder
        yield Finding(
            message=f"{holder.meta.kind} `{holder.title}` names {found.kind} `{found.wanted}`, which does not exist",
            primary=Label(found.anchor, f"no {found.kind} has this name"),
            subject=holder,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=Symptom(log=_STAYS),
            help="correct the name, or define it in the same namespace",
            fault=found.wanted,
        )
