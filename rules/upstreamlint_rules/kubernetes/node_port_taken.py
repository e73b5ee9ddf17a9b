"""Two Services ask for one port of the nodes.

A node port belongs to one Service of the whole cluster, whatever their namespaces. The API server refuses the second one: `provided port
is already allocated`. It does not exist then, and whatever leads to it finds no backend.

Files that lie side by side may be alternatives; a file is applied as a whole.

Give it another port between 30000 and 32767, or none: the API server then chooses a free one.

Basis: Kubernetes 1.34, `pkg/registry/core/service/portallocator`.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
---
apiVersion: v1
kind: Service
metadata: {name: admin}
spec:
  type: NodePort
  selector: {app: admin}
  ports: [{port: 80, targetPort: 8081, nodePort: 30080}]  # error: [node-port-taken] "30080"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: 8080, nodePort: 30080}
    - {name: http3, port: 80, protocol: UDP, targetPort: 8080, nodePort: 30080}
---
apiVersion: v1
kind: Service
metadata: {name: admin}
spec:
  type: NodePort
  selector: {app: admin}
  ports: [{port: 80, targetPort: 8081, nodePort: 30081}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.model.kubernetes import Service, ServicePort


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each node port that an earlier Service of the same file or release has."""
    taken: dict[tuple[str, int, str], tuple[Service, ServicePort]] = {}
    for service in graph.nodes(Service):
        if service.meta.patched or service.type not in _WITH_NODE_PORTS:
            continue
        for port in service.ports:
            if port.node_port is None:
                continue
            key = (port.anchor.source.path, port.node_port, port.protocol)
            first, there = taken.setdefault(key, (service, port))
            if first is service or first.meta.name.value == service.meta.name.value:
                continue
            yield Finding(
                message=f"Service `{service.title}` asks for node port {port.node_port}, which Service `{first.title}` has",
                primary=Label(port.anchor, "only one Service of the cluster can have it"),
                subject=service,
                related=(Label(there.anchor, f"asked for by `{first.title}` first"),),
                symptom=Symptom(
                    log=f"the API server refuses one of them: `Invalid value: {port.node_port}: provided port is already allocated`"
                ),
                help="give it another node port, or none",
                fault=f"{port.node_port}/{port.protocol}",
            )


_WITH_NODE_PORTS = frozenset({"NodePort", "LoadBalancer"})
