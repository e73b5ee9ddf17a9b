"""ingress-nginx waits for PROXY headers, and asks itself for authorization without one.

With `use-proxy-protocol: "true"` nginx takes no connection without the header, which the load balancer puts before those from outside. `auth-url` with a host that the same controller
serves is asked from inside the cluster, where the address of the load balancer is taken for the cluster's own: the question never leaves, nobody puts a header before it, nginx
logs `broken header` and answers `500` to every request.

Ask the Service of the authorization server itself (`http://oauth2-proxy.auth.svc.cluster.local/oauth2/auth`), or give the load balancer a name by the provider's annotation.

Basis: kubernetes/ingress-nginx issues; digitalocean-cloud-controller-manager and hcloud-cloud-controller-manager, documentation of annotations; Kubernetes, KEP-1860.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: controller, namespace: ingress-nginx}
data: {use-proxy-protocol: "true"}
---
apiVersion: v1
kind: Service
metadata:
  name: controller
  namespace: ingress-nginx
  annotations:
    service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol: "true"
spec:
  type: LoadBalancer
  selector: {app: controller}
  ports: [{name: https, port: 443, targetPort: https}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  replicas: 2
  selector: {matchLabels: {app: controller}}
  template:
    metadata: {labels: {app: controller}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.11.3
          args: [/nginx-ingress-controller, --configmap=ingress-nginx/controller, --ingress-class=nginx]
          ports: [{name: https, containerPort: 443}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-url: https://auth.example.com/oauth2/auth  # warning: [authorization-without-proxy-header] "PROXY"
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: auth, namespace: shop}
spec:
  ingressClassName: nginx
  rules:
    - host: auth.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: auth, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: auth, namespace: shop}
spec: {ports: [{port: 80}]}
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: controller, namespace: ingress-nginx}
data: {use-proxy-protocol: "true"}
---
apiVersion: v1
kind: Service
metadata:
  name: controller
  namespace: ingress-nginx
  annotations:
    service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol: "true"
    service.beta.kubernetes.io/do-loadbalancer-hostname: edge.example.com
spec:
  type: LoadBalancer
  selector: {app: controller}
  ports: [{name: https, port: 443, targetPort: https}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  replicas: 2
  selector: {matchLabels: {app: controller}}
  template:
    metadata: {labels: {app: controller}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.11.3
          args: [/nginx-ingress-controller, --configmap=ingress-nginx/controller, --ingress-class=nginx]
          ports: [{name: https, containerPort: 443}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-url: https://auth.example.com/oauth2/auth
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: auth, namespace: shop}
spec:
  ingressClassName: nginx
  rules:
    - host: auth.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: auth, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: auth, namespace: shop}
spec: {ports: [{port: 80}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Affected, Symptom
from upstreamlint.graph.kubernetes.ingress.headerless import Headerless

_REFUSED = Symptom(
    500, "500 Internal Server Error", "", "nginx logs `broken header … while reading PROXY protocol`"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each URL that is asked without the header."""
    for found in graph.broken(Headerless):
        yield Finding(
            message="ingress-nginx waits for a PROXY header, which its own question for authorization comes without",
            primary=Label(found.anchor, "asked from inside the cluster"),
            subject=found.ingress,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=_REFUSED,
            help=f"ask the Service of the authorization server, or set `{found.remedy}`",
            assumption=found.assumption,
            fault=found.wanted,
            hit=tuple(Affected(b.host or "*", b.path or "/", 1.0, b.anchor) for b in found.ingress.backends),
        )
