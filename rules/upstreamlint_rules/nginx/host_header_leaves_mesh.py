"""nginx sends a `Host` that its sidecar has no route for.

A sidecar of Istio routes HTTP by the `Host` header, whatever address nginx dialled. `proxy_set_header Host $host` hands on
the name that the client asked for, which is usually no host of the mesh. With `outboundTrafficPolicy: REGISTRY_ONLY` the
sidecar then answers `502` with an empty body, and Envoy logs the flag `NR` for `block_all`.

Send the name of the Service as `Host`, and the client's in `X-Forwarded-Host`.

Basis: Istio, traffic management, outbound HTTP routes and `outboundTrafficPolicy`.

## Fails

```yaml title="mesh.yaml"
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec:
  meshConfig:
    outboundTrafficPolicy: {mode: REGISTRY_ONLY}
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio-injection: enabled}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: shop}
data:
  default.conf: |
    server {
        listen 80;
        server_name shop.example;
        location / {
            proxy_set_header Host $host;  # error: [host-header-leaves-mesh] "shop.example"
            proxy_pass http://cart:8080;
        }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: shop}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/conf.d}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: http, port: 8080}
```

## Passes

```yaml title="mesh.yaml"
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec:
  meshConfig:
    outboundTrafficPolicy: {mode: REGISTRY_ONLY}
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio-injection: enabled}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: shop}
data:
  default.conf: |
    server {
        listen 80;
        server_name shop.example;
        location / {
            proxy_set_header Host cart.shop.svc.cluster.local;
            proxy_pass http://cart:8080;
        }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: shop}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/conf.d}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  ports:
    - {name: http, port: 8080}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.programs.nginx.references import SentHost

_BLOCKED = Symptom(502, "", "NR", "the sidecar of nginx answers, with an empty body")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Host header that the sidecar blocks."""
    for sent in graph.broken(SentHost):
        namespace = sent.service.meta.namespace or "NAMESPACE"
        yield Finding(
            message=f"the sidecar of nginx has no route for `Host: {sent.wanted}`, and lets nothing else out of the mesh",
            primary=Label(sent.anchor, "routed by this, not by the address that is dialled"),
            subject=sent.passed.route,
            related=(
                Label(sent.passed.target.anchor, "dialled here"),
                Label(sent.service.anchor, "the Service that is meant"),
            ),
            symptom=_BLOCKED,
            help=f"send `Host {sent.service.meta.name}.{namespace}.svc.cluster.local`",
            fault=sent.wanted,
        )
