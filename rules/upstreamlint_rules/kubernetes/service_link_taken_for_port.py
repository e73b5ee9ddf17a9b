"""A program takes a variable that the kubelet makes of a Service for its own port.

For a Service `verdaccio` every pod of its namespace gets `VERDACCIO_PORT=tcp://10.0.0.1:4873`, as linked containers once did. A program that reads a variable of
this name for the port on which it listens gets an URL instead of a number: it ends at once, or listens somewhere else, and the Service has no endpoints. It only
happens to pods that start after the Service was made, so it shows at the next restart.

Reported for images that are known to read the variable, where neither the container nor a ConfigMap sets it.

Set `enableServiceLinks: false` in the pod, set the variable in the container, or name the Service otherwise.

Basis: Kubernetes documentation, "Service environment variables"; elastic/cloud-on-k8s issue 1987, verdaccio/charts issue 62.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata:
  name: verdaccio  # warning: [service-link-taken-for-port] "VERDACCIO_PORT"
spec:
  selector: {app: verdaccio}
  ports: [{port: 4873}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: verdaccio}
spec:
  selector: {matchLabels: {app: verdaccio}}
  template:
    metadata: {labels: {app: verdaccio}}
    spec:
      containers:
        - name: verdaccio
          image: verdaccio/verdaccio:5
          ports: [{containerPort: 4873}]
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata:
  name: verdaccio
spec:
  selector: {app: verdaccio}
  ports: [{port: 4873}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: verdaccio}
spec:
  selector: {matchLabels: {app: verdaccio}}
  template:
    metadata: {labels: {app: verdaccio}}
    spec:
      enableServiceLinks: false
      containers:
        - name: verdaccio
          image: verdaccio/verdaccio:5
          ports: [{containerPort: 4873}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.kubernetes.pods.service_links import ServiceLink
from upstreamlint.graph.kubernetes.services.pools import Pools


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each program that gets an URL for its port."""
    pools = Pools(graph)
    for found in graph.broken(ServiceLink):
        yield Finding(
            message=f"Service `{found.service.title}` sets `{found.wanted}` of `{found.workload.title}` to an URL, which takes it for its own port",
            primary=Label(found.anchor, f"makes `{found.wanted}=tcp://…` of the pods"),
            subject=found.workload,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            hit=pools.starved(found.workload),
            symptom=met(
                graph,
                found.workload,
                Failure.NO_ENDPOINTS,
                "the program gets no number for its port, and does not start",
            ),
            help=f"set `enableServiceLinks: false` in the pods, or `{found.wanted}` in the container",
            fault=found.wanted,
        )
