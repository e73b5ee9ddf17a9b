"""nginx in a pod dials a port that the Service does not have.

A Service answers on its own ports only, whatever its pods listen on: nobody accepts the connection. nginx waits for
`proxy_connect_timeout` or is refused, and answers `504` or `502`. A *headless* Service is the other way round: its
name gives the addresses of the pods, no port is translated, so nginx must dial the pods' port.

Dial a port of the Service; for a headless one, the `targetPort`.

Basis: Kubernetes virtual IPs and service proxies, headless Services; measured on nginx 1.22.1 and 1.31.4.

## Fails

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://shop:8080; }  # error: [upstream-port-not-served] "port 8080"
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
  ports:
    - port: 80
      targetPort: 8080
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
        location / { proxy_pass http://shop; }
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
  ports:
    - port: 80
      targetPort: 8080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.graph.upstreams import PortObstacle, UpstreamPort
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.symptoms import nginx_answers

_REFUSED = "connect() failed (111: Connection refused) while connecting to upstream"
_TIMED_OUT = "upstream timed out (110: Connection timed out) while connecting to upstream"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each dialled port that is not one of the Service."""
    for port in graph.broken(UpstreamPort):
        if port.proxy != "nginx" or not isinstance(port.client, Workload):
            continue
        target = port.target
        name = (
            target.title
            if isinstance(target, Service)
            else target.service_title
            if isinstance(target, ServicePort)
            else target.id
        )
        headless = port.obstacle is PortObstacle.HEADLESS
        yield Finding(
            message=f"the pods of headless Service `{name}` do not serve port {port.number}, which nginx dials"
            if headless
            else f"Service `{name}` has no port {port.number}, which nginx dials",
            primary=Label(
                port.anchor,
                "no port is written, so 80 is dialled"
                if port.obstacle is PortObstacle.DEFAULTED
                else "dialled here",
            ),
            subject=port.owner,
            related=tuple(Label(anchor, text) for anchor, text in port.far_end),
            symptom=_symptom(headless=headless),
            help=f"dial port {port.near[0].instead}" if port.near else "dial a port that the Service has",
            fault=f"{target.id}:{port.number}",
        )


def _symptom(*, headless: bool) -> Symptom:
    return nginx_answers(502, _REFUSED) if headless else nginx_answers(504, _TIMED_OUT)
