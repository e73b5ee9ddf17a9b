"""An OpenShift Route names a Service of several ports, and none of them.

The router takes the endpoints of a Service, all of them where `port.targetPort` does not choose: requests go to each port in turn, to that of metrics
as well as to that of the application. Those that come to the wrong one get its `404`, or a `503` where it speaks no HTTP.

Write the name of the port, as the Service calls it, or the number that its pods listen on.

Basis: OpenShift API, `RoutePort` ("Most routers will use all endpoints exposed by the service by default"); openshift/router, `endpointsForAlias`.

## Fails

```yaml title="route.yaml"
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: charts, namespace: bi}
spec:
  host: charts.example.com
  to:
    kind: Service
    name: charts  # warning: [route-port-undecided] "all its ports"
---
apiVersion: v1
kind: Service
metadata: {name: charts, namespace: bi}
spec:
  ports:
    - {name: http, port: 80, targetPort: 3000}
    - {name: metrics, port: 9191}
```

## Passes

```yaml title="route.yaml"
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: charts, namespace: bi}
spec:
  host: charts.example.com
  to: {kind: Service, name: charts}
  port: {targetPort: http}
---
apiVersion: v1
kind: Service
metadata: {name: charts, namespace: bi}
spec:
  ports:
    - {name: http, port: 80, targetPort: 3000}
    - {name: metrics, port: 9191}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.managed.references import PortOfRoute

_IN_TURN = Symptom(503, "Application is not available", "", "or the answer of the other port, in turn")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route to several ports."""
    for found in graph.broken(PortOfRoute):
        chosen = found.service.ports[0]
        yield Finding(
            message=f"{found.owner.meta.kind} `{found.owner.title}` names no port of Service `{found.wanted}`, "
            "so that it sends requests to all its ports in turn",
            primary=Label(found.anchor, "no `port.targetPort`"),
            subject=found.owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=_IN_TURN,
            help=f"write the port, as `port: {{targetPort: {chosen.name or chosen.target or chosen.number}}}`",
            fault=found.service.id,
        )
