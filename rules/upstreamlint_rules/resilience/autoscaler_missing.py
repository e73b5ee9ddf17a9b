"""A route ends at a workload that nothing scales, while its neighbours are scaled.

When more requests come than the pods can take, they queue until they time out: `503` or `504` although every wire is right.
An autoscaler adds pods before that happens.

Add a HorizontalPodAutoscaler or a ScaledObject. A folder that scales another workload is expected to scale each
routed Deployment; where nothing is scaled at all, nothing is said.

Basis: Kubernetes documentation, "Horizontal Pod Autoscaling".

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
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 6
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
metadata: {name: cart}  # info: [autoscaler-missing] "`Deployment/cart`"
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
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 6
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
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 2
  maxReplicas: 6
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.gateway_api.routed import routed_workloads
from upstreamlint.graph.references import AutoscalerTarget
from upstreamlint.model.kubernetes import Autoscaler


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each routed Deployment without an autoscaler, in a folder that has one."""
    scalers = graph.nodes(Autoscaler)
    if not scalers:
        return
    scaled = {(t.autoscaler.target_kind, t.wanted) for t in graph.references(AutoscalerTarget)}
    places = {(a.meta.folder, a.meta.namespace): a for a in scalers}
    for workload, _ in routed_workloads(graph):
        meta = workload.meta
        other = places.get((meta.folder, meta.namespace))
        if other is None or meta.kind != "Deployment" or (meta.kind, meta.name.value) in scaled:
            continue
        yield Finding(
            message=f"nothing scales `{workload.title}`, and a route ends there",
            primary=Label(workload.anchor, "as many pods under load as without"),
            subject=workload,
            related=(Label(other.meta.anchor, "another workload here is scaled"),),
            help="add a HorizontalPodAutoscaler",
        )
