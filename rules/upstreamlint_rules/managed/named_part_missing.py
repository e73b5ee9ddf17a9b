"""An object for a managed program names a part that nobody defines.

Routes of NGINX Ingress Controller pass requests to upstreams of the same object, those of Skipper to its backends; an IngressRoute of Traefik names Middleware
objects, and ServersTransports and TraefikServices. With one name that means nothing, the controller rejects the whole object, or makes no router of it: all of its routes
answer 404, those that are right too. A name without a namespace is looked for beside the object. Routes with a Policy that NGINX Ingress Controller does not find answer 500.

A name with `@kubernetescrd` behind it must have its namespace in front, `edge-login@kubernetescrd`: one in the field `namespace` is not looked at then.

Correct the name, or define what it means.

Basis: nginx/kubernetes-ingress, `pkg/apis/configuration/validation/virtualserver.go` and `transportserver.go`; traefik v3, `pkg/server/middleware`; skipper,
`dataclients/kubernetes/definitions/routegroups.go`.

## Fails: NGINX Ingress Controller

```yaml title="shop.yaml"
apiVersion: k8s.nginx.org/v1
kind: VirtualServer
metadata: {name: shop}
spec:
  host: shop.example.com
  upstreams:
    - {name: web, service: web, port: 80}
  routes:
    - path: /
      action: {pass: wbe}  # error: [named-part-missing] "`wbe`"
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
```

## Fails: Traefik

```yaml title="shop.yaml"
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: strip-api}
spec: {stripPrefix: {prefixes: [/api]}}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop}
spec:
  routes:
    - match: Host(`shop.example.com`)
      kind: Rule
      middlewares: [{name: strip-apis}]  # error: [named-part-missing] "Middleware `strip-apis`"
      services: [{name: web, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
```

## Fails: another namespace

```yaml title="shop.yaml"
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: login, namespace: edge}
spec: {basicAuth: {secret: users}}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop, namespace: shop}
spec:
  routes:
    - match: Host(`shop.example.com`)
      kind: Rule
      middlewares: [{name: login}]  # error: [named-part-missing] "`login`"
      services: [{name: web, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
```

## Fails: a provider without the namespace

```yaml title="shop.yaml"
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop, namespace: shop}
spec:
  routes:
    - match: Host(`shop.example.com`)
      kind: Rule
      middlewares:
        - {name: login@kubernetescrd, namespace: edge}  # error: [named-part-missing] "`login@kubernetescrd`"
        - {name: edge-headers@kubernetescrd}
      services: [{name: web, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
```

## Fails: Traefik, of an Ingress

```yaml title="shop.yaml"
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: login, namespace: shop}
spec: {basicAuth: {secret: users}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
  annotations:
    traefik.ingress.kubernetes.io/router.middlewares: login@kubernetescrd  # error: [named-part-missing] "`login@kubernetescrd`"
spec:
  ingressClassName: traefik
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service: {name: web, port: {number: 80}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
```

## Passes

```yaml title="shop.yaml"
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop}
spec:
  routes:
    - match: Host(`shop.example.com`)
      kind: Rule
      middlewares: [{name: made-elsewhere}, {name: auth@file}]
      services: [{name: web, port: 80}]
---
apiVersion: k8s.nginx.org/v1
kind: VirtualServer
metadata: {name: shop}
spec:
  host: shop.example.com
  upstreams:
    - {name: web, service: web, port: 80}
  routes:
    - path: /
      action: {pass: web}
    - path: /old
      action: {redirect: {url: "http://shop.example.com/"}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.finding import Affected
from upstreamlint.graph.kubernetes.ingress.middlewares import IngressMiddleware
from upstreamlint.programs.managed.references import NamedPart


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name of a part that is not there."""
    for found in graph.broken(NamedPart):
        kind, owner = found.owner.kind, found.owner
        names = found.named.names
        said = (names.lacking or kind.lacking).replace("{name}", found.wanted)
        yield Finding(
            message=f"{owner.meta.kind} `{owner.title}` names {names.what} `{found.wanted}`, which {'is in another namespace' if found.remedy else 'nothing defines'}",
            primary=Label(
                found.anchor,
                "nothing of its namespace has this name" if found.remedy else "nothing has this name",
            ),
            subject=owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=Symptom(log=said) if kind.stream else Symptom(names.status, "", "", said),
            fix=found.fix,
            help=found.remedy
            or (f"use `{found.near[0].instead}`" if found.near else "define it, or correct the name"),
            fault=found.wanted,
            hit=tuple(Affected(rule.host, rule.path, 1.0, rule.anchor) for rule in owner.rules),
        )
    for named in graph.broken(IngressMiddleware):
        ingress = named.ingress
        yield Finding(
            message=f"Ingress `{ingress.title}` names middleware `{named.wanted}`, which does not exist",
            primary=Label(named.anchor, "no such middleware"),
            subject=ingress,
            related=tuple(Label(near.anchor, near.text) for near in named.near),
            symptom=Symptom(
                404, "404 page not found", "", f'Traefik logs `middleware "{named.wanted}" does not exist`'
            ),
            fix=named.fix,
            help=named.remedy,
            fault=named.wanted,
            hit=tuple(Affected(b.host or "*", b.path or "/", 1.0, b.anchor) for b in ingress.backends),
        )
