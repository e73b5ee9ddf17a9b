"""nginx keeps the addresses of pods that come and go.

A literal name is looked up once, when nginx starts. The name of a *headless* Service stands for the addresses of its pods
at that moment: after the next rollout none of them is there, and nginx answers `502` or `504` until it is restarted. An
ordinary Service keeps its address, so the same is no fault there.

Dial an ordinary Service, or write `server … resolve` with a `zone` and a `resolver`, or a variable and a `resolver`.

Basis: measured on nginx 1.22.1 and 1.31.4; Kubernetes headless Services.

## Fails

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://shop:8080; }  # info: [upstream-resolved-once] "`shop`"
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge}
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
metadata: {name: shop}
spec:
  clusterIP: None
  selector: {app: shop}
  ports:
    - port: 8080
```

## Passes

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://shop:8080; }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge}
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
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports:
    - port: 8080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.facets.judgement import Facet
from upstreamlint.model.kubernetes import Service
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each literal name that stands for pods."""
    for host in graph.judgements if graph.nodes(NginxInstance) else ():
        if host.facet is not Facet.NAME or not host.dial.at_start or host.broken:
            continue
        for target in host.targets:
            if isinstance(target, Service) and target.headless and target.selector is not None:
                yield Finding(
                    message=f"nginx keeps the addresses that `{host.wanted}` has when it starts, which are those of pods",
                    primary=Label(host.anchor, "looked up once"),
                    subject=host.owner,
                    related=(Label(target.anchor, "a headless Service: its pods' own addresses"),),
                    symptom=nginx_answers(502, "connect() failed … while connecting to upstream"),
                    help="dial an ordinary Service, or use `resolve` or a variable with a `resolver`",
                    fault=host.wanted,
                )
