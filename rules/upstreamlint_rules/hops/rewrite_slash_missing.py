"""A prefix that ends with a slash is replaced by a path that does not.

What is cut off is the prefix with its slash, and what is left of the path is put behind its replacement: with `/api/` replaced by `/v1`, a request for
`/api/basket` comes to the application as `/v1basket`. It answers `404`; the prefix itself still works, which is what makes it hard to see.

Said of `nginx.org/rewrites` and `rewritePath` of the NGINX Ingress Controller, of `rewrite` in Istio's VirtualServices and Emissary's Mappings, and of Gloo's
`prefixRewrite`. A replacement that ends in a file name is left alone: it is meant for the one page.

Write a slash at both ends, or at neither.

Basis: nginx documentation, `proxy_pass` with a URI; nginx/kubernetes-ingress documentation, "Rewrites"; Envoy API, `RouteAction.prefix_rewrite`.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.org/rewrites: "serviceName=shop rewrite=/store"  # warning: [rewrite-slash-missing] "`/storebasket`"
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: shop
                port: {number: 80}
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.org/rewrites: "serviceName=shop rewrite=/store/"
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: shop
                port: {number: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.glued_paths import GluedPath


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each replacement that the rest of a path runs together with."""
    for found in graph.broken(GluedPath):
        glue, owner = found.glue, found.owner
        yield Finding(
            message=f"{owner.meta.kind} `{owner.title}` makes `{glue.spoilt}` of `{glue.asked}`",
            primary=Label(found.anchor, "no slash at its end"),
            subject=owner,
            related=(Label(glue.prefix.anchor, "this prefix is cut off with its slash"),),
            symptom=Symptom(404, log=f"{found.by} asks for a path that the application does not know"),
            help=f"write `{glue.instead.value}/`",
            fault=f"glued {glue.prefix.value} {glue.instead.value}",
        )
