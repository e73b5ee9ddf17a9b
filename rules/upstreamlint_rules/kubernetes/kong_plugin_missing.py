"""A plugin of Kong that an object names does not exist, and requests go on without it.

Kong's controller looks for a KongPlugin of the object's own namespace, then for a KongClusterPlugin. Where there is neither, it logs
`no KongPlugin or KongClusterPlugin was found for …` and configures the route as if nothing were asked for: a plugin that authenticates lets everybody in, one
that rewrites paths leaves them as they are, so that the backend answers `404`.

Write the name of a plugin of the same namespace, or `namespace:name` with a grant.

Basis: Kong/kubernetes-ingress-controller, issue 6139; Kong documentation, "Annotations", `konghq.com/plugins`.

## Fails

```yaml title="app.yaml"
apiVersion: configuration.konghq.com/v1
kind: KongPlugin
metadata: {name: strip-api, namespace: shop}
plugin: request-transformer
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    konghq.com/plugins: strip-apis  # warning: [kong-plugin-missing] "`strip-apis`"
spec:
  ingressClassName: kong
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

## Passes

```yaml title="app.yaml"
apiVersion: configuration.konghq.com/v1
kind: KongPlugin
metadata: {name: strip-api, namespace: shop}
plugin: request-transformer
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    konghq.com/plugins: strip-api
spec:
  ingressClassName: kong
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

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.kubernetes.controllers.kong_plugins import KongPluginName


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each plugin that is not there."""
    for found in graph.broken(KongPluginName):
        holder = found.holder
        yield Finding(
            message=f"{holder.meta.kind} `{holder.title}` names plugin `{found.wanted}`, which does not exist",
            primary=Label(found.anchor, "no plugin of its namespace, or of the cluster, has this name"),
            subject=holder,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=Symptom(
                log=f"Kong's controller logs `no KongPlugin or KongClusterPlugin was found for …/{found.wanted}`, and leaves the plugin out"
            ),
            fix=found.fix,
            help=f"use `{found.near[0].instead}`"
            if found.near and found.near[0].instead
            else "define it in the same namespace",
            fault=found.wanted,
        )
