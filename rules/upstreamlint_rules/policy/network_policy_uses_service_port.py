"""A NetworkPolicy names the port of the Service instead of the pods'.

A policy is applied after the Service's address was replaced by a pod's, so its ports are those of the *pods*: the
`targetPort`, never the Service's `port` or `nodePort`. This holds for the policies of Cilium and Calico too. A rule that
names the Service's port admits nothing that goes through the Service; the connections time out (`504`, `503 UF`).

Where another rule admits some clients to the pods' port, the finding is a warning.

Name the `targetPort`, or the name of the container's port.

Basis: Kubernetes API, `NetworkPolicyPort`; docs.cilium.io, "Layer 4 Policies".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - ports:
        - port: 80  # error: [network-policy-uses-service-port] "port 80"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - ports:
        - port: 8080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import Failure, answer
from upstreamlint.graph.mend import respelt
from upstreamlint.graph.policy.ports import service_ports_in_policies


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each policy port that no pod is dialled on."""
    for use in service_ports_in_policies(graph):
        target, number = use.target, use.target.port.node_port if use.of_node else use.target.port.number
        whose = "the node port" if use.of_node else "the port"
        yield Finding(
            message=f"{use.policy.meta.kind} `{use.policy.meta.title}` names port {number}, {whose} of Service "
            f"`{target.service.title}`, but the pods are dialled on {target.number}",
            primary=Label(use.port.anchor, f"{whose} of the Service, not the pods'"),
            subject=use.policy,
            related=(Label(target.anchor, f"leads to port {target.number} of the pods"),),
            symptom=answer(use.by, Failure.DROPPED),
            fix=respelt(use.port.anchor, str(number), str(target.number)) if use.certain else (),
            help=f"use `port: {target.number}`",
            assumption="" if use.certain else "the clients are not those that another rule admits",
            fault=f"{number}",
        )
