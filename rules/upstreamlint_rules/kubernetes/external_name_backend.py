"""A route leads to an ExternalName Service, which its implementation may not support.

An ExternalName has no endpoints, only an alias. The Gateway API tells implementations not to support it, because it can
reach around namespaces; most answer `500` or `503`. The load balancers of GKE and AWS need pods or nodes behind a
Service. ingress-nginx supports it, unless it was switched off (`--disable-svc-external-name`). Traefik takes none until each of its providers is told
so: `allowExternalNameServices` of `kubernetesCRD` is for IngressRoutes, that of `kubernetesIngress` for Ingresses; without it there is no router, and a 404.

Lead to a Service with endpoints, or to the implementation's own kind for hosts outside.

Basis: Gateway API, `BackendObjectReference` (CVE-2021-25740); GKE and AWS documentation; traefik, pkg/provider/kubernetes.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  type: ExternalName
  externalName: db.example.com
  ports: [{port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: edge}]
  rules:
    - backendRefs:
        - name: db  # warning: [external-name-backend] "`db`"
          port: 80
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: ExternalName
  externalName: web.example.com
  ports: [{port: 80}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.facets.judgement import Facet
from upstreamlint.finding import Affected
from upstreamlint.graph.kubernetes.controllers.refused_aliases import AliasRefused
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.symptoms import BACKEND_UNRESOLVED

_CLOUDS = frozenset({"alb", "gce", "gce-internal"})


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend that is an alias."""
    for backend in graph.judgements:
        service, owner = backend.target, backend.owner
        if backend.facet is not Facet.NAME or not isinstance(owner, Ingress | GatewayRoute):
            continue
        if not isinstance(service, Service) or service.type != "ExternalName":
            continue
        if isinstance(owner, Ingress) and (owner.class_name is None or owner.class_name.value not in _CLOUDS):
            continue
        yield Finding(
            message=f"Service `{service.title}` is an ExternalName, which a route cannot rely on",
            primary=Label(backend.anchor, "this backend has no endpoints"),
            subject=backend.dial.route,
            related=(Label(service.anchor, f"an alias for `{service.external_name}`"),),
            symptom=BACKEND_UNRESOLVED,
            help="lead to a Service with endpoints",
            assumption="the implementation follows no alias",
            fault=service.id,
        )
    for found in graph.broken(AliasRefused):
        yield Finding(
            message=f"{found.by} takes no ExternalName Service, such as `{found.service.title}`",
            primary=Label(found.anchor, "this backend is an alias"),
            subject=found.owner,
            related=(
                Label(found.service.anchor, f"an alias for `{found.service.external_name}`"),
                *(Label(near.anchor, near.text) for near in found.near),
            ),
            symptom=found.symptom,
            help=found.remedy,
            fault=f"{found.by}:{found.service.id}",
            hit=(Affected(found.host, found.path, 1.0, found.anchor),),
        )
