"""An object asks what the controller that runs here was not told to do.

Some of what objects ask is off until the controller itself is told: ingress-nginx passes TLS through with `--enable-ssl-passthrough` alone, and else ends it with its own
certificate and speaks plain text to the backend, whatever the annotation says; with `use-http2: "false"` it takes no gRPC. Traefik looks at IngressRoutes with `--providers.kubernetescrd`, and since v3 no more at those of
the group `traefik.containo.us`: nobody makes a router, and clients get `404`. Contour takes ExternalName Services with `enableExternalNameService`, and Emissary, since 2.0,
opens a port for each Listener, and none without.

It is told where the controller is among the files, in full: a workload, or the values of a chart that starts it. For a Listener, which may stand elsewhere, it is a warning.

Tell the controller, or write what it takes.

Basis: the documentation and source of each: ingress-nginx, docs, "TLS/HTTPS"; Traefik, migration from v2 to v3; Contour, internal/dag/accessors.go; Emissary, "The Listener CRD".

## Fails

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: edge}
spec:
  selector: {matchLabels: {app: traefik}}
  template:
    metadata: {labels: {app: traefik}}
    spec:
      containers:
        - name: traefik
          image: traefik:v3.1
          args: [--entrypoints.web.address=:8000, --providers.kubernetescrd]
---
apiVersion: traefik.containo.us/v1alpha1
kind: IngressRoute
metadata:
  name: shop  # error: [controller-not-told] "`traefik.containo.us`"
  namespace: edge
spec:
  entryPoints: [web]
  routes:
    - match: Host(`shop.example.com`)
      kind: Rule
      services: [{name: shop, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: edge}
spec: {ports: [{port: 80}]}
```

## Passes

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: edge}
spec:
  selector: {matchLabels: {app: traefik}}
  template:
    metadata: {labels: {app: traefik}}
    spec:
      containers:
        - name: traefik
          image: traefik:v3.1
          args: [--entrypoints.web.address=:8000, --providers.kubernetescrd]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: shop
  namespace: edge
spec:
  entryPoints: [web]
  routes:
    - match: Host(`shop.example.com`)
      kind: Rule
      services: [{name: shop, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: edge}
spec: {ports: [{port: 80}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.kubernetes.controllers.untold import Untold


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each thing that is asked in vain."""
    for found in graph.broken(Untold):
        yield Finding(
            message=f"{found.by}, which runs here, does not {found.asks}",
            primary=Label(found.anchor, "asked here"),
            subject=found.owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=found.symptom,
            help=found.remedy,
            assumption=found.assumption,
            fault=f"{found.by}:{found.asks}:{found.wanted}",
            hit=found.hit,
        )
