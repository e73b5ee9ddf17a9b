"""nginx in a pod names a host that is no Service.

A literal name in `*_pass` or in an upstream's `server` is looked up once, when nginx starts. Without an answer nginx
logs `host not found in upstream` and exits, even when the upstream is not used or the server is marked `down`: the
pod restarts for ever, and every route through it is gone. A short name means the pod's own namespace.

A name is reported when something near it exists: a Service of that name in another namespace, or of a similar name;
or when everything that it may mean is among the files. For nginx in Docker Compose `host-unknown` and its siblings
say the same of services.

Write the name of a Service, in full when it is in another namespace: `name.namespace.svc.cluster.local`.

Basis: measured on nginx 1.22.1 and 1.31.4; Kubernetes DNS specification, search domains of a pod.

## Fails

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: web}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://catalogue:8080; }  # error: [upstream-host-unknown] "`catalogue`"
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: web}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/conf.d}
```

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalogue, namespace: shop}
spec:
  ports:
    - port: 8080
```

## Passes

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: web}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://catalogue.shop.svc.cluster.local:8080; }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: web}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/conf.d}
```

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalogue, namespace: shop}
spec:
  ports:
    - port: 8080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost
from upstreamlint.model.kubernetes import Workload
from upstreamlint.symptoms import nginx_answers, nginx_refuses

_OBSTACLES = frozenset({HostObstacle.UNKNOWN_NAME, HostObstacle.OTHER_NAMESPACE})


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that no Service answers to."""
    for host in graph.broken(UpstreamHost):
        if host.proxy != "nginx" or host.obstacle not in _OBSTACLES or not isinstance(host.client, Workload):
            continue
        namespace = host.client.meta.namespace
        where = f" in namespace `{namespace}`" if namespace and "." not in host.wanted else ""
        yield Finding(
            message=f"no Service answers to `{host.wanted}`{where}, which nginx in `{host.client.title}` dials",
            primary=Label(host.anchor, "no such Service"),
            subject=host.owner,
            related=(
                *(Label(near.anchor, near.text) for near in host.near[:2]),
                *(Label(anchor, text) for anchor, text in host.far_end),
            ),
            symptom=nginx_refuses(f'host not found in upstream "{host.wanted}"')
            if host.at_start
            else nginx_answers(502, f"{host.wanted} could not be resolved (3: Host not found)"),
            help=_help(host),
            fault=host.wanted,
        )


def _help(host: UpstreamHost) -> str:
    if host.near:
        return f"write `{host.near[0].instead}`"
    return "name a Service that exists"
