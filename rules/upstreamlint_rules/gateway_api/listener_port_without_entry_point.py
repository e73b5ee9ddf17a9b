"""A listener of a Gateway has a port on which Traefik has no entry point.

Traefik carries out a listener on the entry point that has its port: the port that Traefik itself listens on (8000 and 8443 in its chart), not the 80 or 443 of
the Service in front. Where there is none, the listener is not accepted (`no matching entryPoint for port 443`), and its routes answer `404 page not found`.

Write the port of the entry point into the listener.

Basis: traefik, pkg/provider/kubernetes/gateway/kubernetes.go, `entryPointName`.

## Fails

```yaml title="app.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec:
  gatewayClassName: traefik
  listeners:
    - name: web
      protocol: HTTP
      port: 80  # error: [listener-port-without-entry-point] "port 80"
---
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
          image: traefik:v3.3
          args: [--providers.kubernetesgateway, "--entrypoints.web.address=:8000/tcp"]
```

## Passes

```yaml title="app.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec:
  gatewayClassName: traefik
  listeners:
    - name: web
      protocol: HTTP
      port: 8000
---
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
          image: traefik:v3.3
          args: [--providers.kubernetesgateway, "--entrypoints.web.address=:8000/tcp"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.entry_points import ListenerPort

_REFUSED = "Traefik says `Cannot find entryPoint for Gateway`, and the listener is not accepted"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each listener that no entry point serves."""
    for found in graph.broken(ListenerPort):
        name = found.listener.name.value if found.listener.name is not None else found.wanted
        yield Finding(
            message=f"listener `{name}` of Gateway `{found.gateway.title}` has port {found.wanted}, on which Traefik has no entry point",
            primary=Label(found.anchor, "no entry point has this port"),
            subject=found.gateway,
            related=tuple(Label(near.anchor, near.text) for near in found.near[:3]),
            symptom=Symptom(404, "404 page not found", "", _REFUSED),
            fix=found.fix,
            help="write the port of an entry point",
            fault=found.wanted,
        )
