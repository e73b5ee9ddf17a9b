"""All pods of a route may run on one node, while its neighbours are spread.

Nothing tells the scheduler to keep the pods apart, beyond its mild defaults. When the node that holds all of them fails, the
Service is empty until they run elsewhere: `503 no healthy upstream`.

Add `topologySpreadConstraints` or a `podAntiAffinity`. A folder that spreads another workload is expected to spread each
routed one with several pods; where nothing is spread at all, nothing is said.

Basis: Kubernetes documentation, "Pod Topology Spread Constraints".

## Fails

```yaml title="web.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend: {service: {name: web, port: {number: 80}}}
---
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
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: web}}
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```

```yaml title="cart.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart}
spec:
  defaultBackend: {service: {name: cart, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: cart}
spec:
  selector: {app: cart}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}  # info: [anti-affinity-missing] "`Deployment/cart`"
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```

## Passes

```yaml title="web.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend: {service: {name: web, port: {number: 80}}}
---
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
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: web}}
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```

```yaml title="cart.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart}
spec:
  defaultBackend: {service: {name: cart, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: cart}
spec:
  selector: {app: cart}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: cart}}
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.gateway_api.routed import routed_workloads
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.meta import integer


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each routed workload of several pods that is not spread, in a folder where others are."""
    spread = {(w.meta.folder, w.meta.namespace): w for w in graph.nodes(Workload) if w.template.spread}
    for workload, _ in routed_workloads(graph) if spread else ():
        other = spread.get((workload.meta.folder, workload.meta.namespace))
        if other is None or workload.template.spread or workload.meta.kind == "DaemonSet":
            continue
        if (integer(workload.replicas) or 1) < 2:  # noqa: PLR2004
            continue
        yield Finding(
            message=f"all pods of `{workload.title}` may run on one node, and a route ends there",
            primary=Label(workload.anchor, "nothing spreads its pods"),
            subject=workload,
            related=(Label(other.anchor, f"`{other.title}` is spread"),),
            symptom=met(graph, workload, Failure.NO_ENDPOINTS, "while the node is down"),
            help="add `topologySpreadConstraints` over `kubernetes.io/hostname`",
        )
