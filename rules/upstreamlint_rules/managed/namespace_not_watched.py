"""An object is in a namespace that no controller in the files looks into.

Controllers look into all namespaces, or into those that they are told: `--watch-namespace` of ingress-nginx, Kong and the NGINX Ingress Controller,
`--watch-namespaces` of Contour, `--providers.kubernetescrd.namespaces` and `--providers.kubernetesingress.namespaces` of Traefik, `--namespace-whitelist` of HAProxy
Technologies. Objects elsewhere are not there for them, and nobody says so: the host answers `404`.

Add the namespace, or put the object where the controller looks.

Basis: kubernetes/ingress-nginx, pkg/flags/flags.go; Traefik documentation, Kubernetes providers, `namespaces`; nginx/kubernetes-ingress,
cmd/nginx-ingress/flags.go; contour, cmd/contour/serve.go.

## Fails

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.12.1
          args: [/nginx-ingress-controller, --controller-class=k8s.io/ingress-nginx, --watch-namespace=front]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop  # warning: [namespace-not-watched] "`shop`"
  namespace: shop
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}
```

## Passes

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.12.1
          args: [/nginx-ingress-controller, --controller-class=k8s.io/ingress-nginx, --watch-namespace=shop]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.kubernetes.controllers.watched_spaces import UnwatchedSpace
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each object that the controllers in the files do not see."""
    for found in graph.broken(UnwatchedSpace):
        owner, watched = found.owner, ", ".join(f"`{one}`" for one in found.watched)
        yield Finding(
            message=f"{owner.meta.kind} `{owner.title}` is in namespace `{found.wanted}`, and {found.by}, which runs here, looks into {watched} alone",
            primary=Label(found.anchor, f"{found.by} does not see it"),
            subject=owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=NO_ROUTE._replace(flag="", log=f"{found.by} does not see the object"),
            help="add the namespace to those that it is told, or move the object",
            fault=f"{found.by}:{found.wanted}",
        )
