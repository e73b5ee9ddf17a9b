"""A connector in a pod dials a port that the Service does not have.

The Service's own port is dialled, not the container's: the cluster's address has no other. Where `kube-proxy` answers
for it the connection is refused or times out, and the client gets `502` (`504` after a timeout); a URL without a port
means 80, or 443 for `https`. A headless Service translates no port, so there it is the container's.

For connectors in Docker Compose `published-port-used` and `container-port-not-served` say the same of services.

Dial a port that the Service lists.

Basis: gravitational/teleport issue 39766; Kubernetes Service, virtual addresses.

## Fails

```yaml title="access.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: access, namespace: edge}
data:
  teleport.yaml: |
    app_service:
      enabled: yes
      apps:
        - name: logs
          uri: http://logs.shop  # error: [connector-origin-port-mismatch] "no port 80"
---
apiVersion: v1
kind: Pod
metadata: {name: access, namespace: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: access}
  containers:
    - name: teleport
      image: public.ecr.aws/gravitational/teleport-distroless:16
      volumeMounts:
        - {name: conf, mountPath: /etc/teleport}
---
apiVersion: v1
kind: Service
metadata: {name: logs, namespace: shop}
spec:
  ports: [{port: 5601}]
```

## Passes

```yaml title="access.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: access, namespace: edge}
data:
  teleport.yaml: |
    app_service:
      enabled: yes
      apps:
        - name: logs
          uri: http://logs.shop:5601
---
apiVersion: v1
kind: Pod
metadata: {name: access, namespace: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: access}
  containers:
    - name: teleport
      image: public.ecr.aws/gravitational/teleport-distroless:16
      volumeMounts:
        - {name: conf, mountPath: /etc/teleport}
---
apiVersion: v1
kind: Service
metadata: {name: logs, namespace: shop}
spec:
  ports: [{port: 5601}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.connectors.references import PROXIES
from upstreamlint.graph.upstreams import PortObstacle, UpstreamPort
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.symptoms import refused


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each dialled port that is not one of the Service."""
    for port in graph.broken(UpstreamPort):
        target = port.target
        if port.proxy not in PROXIES or not isinstance(port.client, Workload):
            continue
        if isinstance(target, Service):
            name = target.title
        elif isinstance(target, ServicePort):
            name = target.service_title
        else:
            continue
        headless = port.obstacle is PortObstacle.HEADLESS
        defaulted = port.obstacle is PortObstacle.DEFAULTED
        yield Finding(
            message=f"the pods of headless Service `{name}` do not serve port {port.number}, which {port.proxy} dials"
            if headless
            else f"Service `{name}` has no port {port.number}, which {port.proxy} dials",
            primary=Label(
                port.anchor,
                f"no port is written, so {port.number} is dialled" if defaulted else "dialled here",
            ),
            subject=port.owner,
            related=tuple(Label(anchor, text) for anchor, text in port.far_end),
            symptom=refused(port.proxy),
            help=f"dial port {port.near[0].instead}" if port.near else "dial a port that the Service has",
            fault=f"{target.id}:{port.number}",
        )
