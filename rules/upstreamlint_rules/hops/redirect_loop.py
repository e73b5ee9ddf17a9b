"""A proxy ends TLS and sends requests on in plain HTTP to a server that sends plain HTTP back to `https`.

The client follows the redirect to the very address that it asked, the proxy sends the request on without TLS again, and so on: browsers give up with `ERR_TOO_MANY_REDIRECTS`.
Argo CD without `server.insecure`, an nginx with `return 301 https://…` on its plain port and ingress-nginx behind another proxy, or a load balancer that ends TLS, without `use-forwarded-headers` do so.

Speak TLS to the server, or let it serve plain HTTP: `server.insecure: "true"`, a redirect that asks for `X-Forwarded-Proto`, `use-forwarded-headers: "true"`.

Basis: Argo CD, `server/server.go`, and its documentation, "Ingress Configuration"; nginx, `$scheme` is that of the connection; ingress-nginx, `ssl-redirect`, `force-ssl-redirect`.

## Fails

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: argocd, namespace: argocd}
spec:
  ingressClassName: nginx
  tls:
    - {hosts: [cd.shop.example], secretName: cd-tls}
  rules:
    - host: cd.shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: argocd-server, port: {number: 80}}}}  # error: [redirect-loop] "`Deployment/argocd-server`"
---
apiVersion: v1
kind: Service
metadata: {name: argocd-server, namespace: argocd}
spec:
  selector: {app.kubernetes.io/name: argocd-server}
  ports:
    - {name: http, port: 80, targetPort: 8080}
    - {name: https, port: 443, targetPort: 8080}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cmd-params-cm, namespace: argocd}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-server, namespace: argocd}
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: argocd-server}}
  template:
    metadata: {labels: {app.kubernetes.io/name: argocd-server}}
    spec:
      containers:
        - name: server
          image: quay.io/argoproj/argocd:v2.13.0
          args: [/usr/local/bin/argocd-server]
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /healthz, port: 8080}}
```

## Passes

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: argocd
  namespace: argocd
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: HTTPS
spec:
  ingressClassName: nginx
  tls:
    - {hosts: [cd.shop.example], secretName: cd-tls}
  rules:
    - host: cd.shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: argocd-server, port: {number: 443}}}}
---
apiVersion: v1
kind: Service
metadata: {name: argocd-server, namespace: argocd}
spec:
  selector: {app.kubernetes.io/name: argocd-server}
  ports:
    - {name: http, port: 80, targetPort: 8080}
    - {name: https, port: 443, targetPort: 8080}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cmd-params-cm, namespace: argocd}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-server, namespace: argocd}
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: argocd-server}}
  template:
    metadata: {labels: {app.kubernetes.io/name: argocd-server}}
    spec:
      containers:
        - name: server
          image: quay.io/argoproj/argocd:v2.13.0
          args: [/usr/local/bin/argocd-server]
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /healthz, port: 8080}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import caller, ends, name_of


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each plain hop behind TLS that is sent back to TLS."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.BACK_TO_TLS):
        lost = costs.of(found)
        yield Finding(
            message=f"{caller(found.dial)} ends TLS, and `{name_of(found.target)}` sends what comes without it back to `https`",
            primary=Label(found.anchor, "sent on in plain HTTP here"),
            subject=found.dial.owner,
            related=ends(found),
            symptom=lost.symptom,
            help="speak TLS to it, or let it serve plain HTTP behind a proxy",
            assumption=lost.assumption,
            fault=f"{found.target.id}:{found.wanted}",
            hit=lost.hit,
        )
