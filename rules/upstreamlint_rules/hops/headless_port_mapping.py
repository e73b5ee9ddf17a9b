"""A client dials the port of a headless Service, but its pods serve another.

A headless Service (`clusterIP: None`) has no address of its own: its name gives the addresses of the pods, and no port
is translated. `port: 80` with `targetPort: 9200` means nothing to a client that goes by DNS: it dials 80 on the pods,
and the connection is refused (`502`). Controllers that read EndpointSlices (Ingress, Gateway API, Istio) are not hurt.

What a variable of a container names counts as dialled.

Dial the pods' port, or make the two ports equal.

Basis: Kubernetes API, `ServicePort.targetPort` ("ignored for services with clusterIP=None").

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: engine}
spec:
  clusterIP: None
  selector: {app: engine}
  ports: [{port: 80, targetPort: 9200}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: engine}
spec:
  selector: {matchLabels: {app: engine}}
  template:
    metadata: {labels: {app: engine}}
    spec:
      containers:
        - {name: engine}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          env:
            - name: ENGINE_URL
              value: http://engine:80  # error: [headless-port-mapping] "dials port 80"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: engine}
spec:
  clusterIP: None
  selector: {app: engine}
  ports: [{port: 80, targetPort: 9200}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: engine}
spec:
  selector: {matchLabels: {app: engine}}
  template:
    metadata: {labels: {app: engine}}
    spec:
      containers:
        - {name: engine}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          env:
            - name: ENGINE_URL
              value: http://engine:9200
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import caller, ends, name_of


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that no pod of the headless Service serves."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.HEADLESS):
        lost = costs.of(found)
        own = found.near[0].instead if found.near else "another port"
        yield Finding(
            message=f"{caller(found.dial)} dials port {found.wanted} of headless Service "
            f"`{name_of(found.target)}`, whose pods serve {own}",
            primary=Label(found.anchor, "no port is translated"),
            subject=found.dial.owner,
            related=ends(found),
            symptom=lost.symptom,
            fix=found.fix,
            help=f"dial port {own}, or make `port` and `targetPort` equal",
            assumption=lost.spared,
            fault=f"{found.target.id}:{found.wanted}",
            hit=lost.hit,
        )
