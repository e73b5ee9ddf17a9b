"""A Service's target port is no port of its pods.

A `targetPort` that is a name is looked up in each pod: among the ports of all containers and native sidecars, by
name *and* protocol. A pod without such a port contributes no endpoint for it, and nothing logs that: Envoy and
Istio answer `503 no healthy upstream` (flag `UH`), ingress-nginx `503`. A quoted number (`"8080"`) is a name.

A number is dialled whether a container declares it or not. It is reported here when it must have been meant to be a
declared port that no Service leads to: one with the same digits in another order, or with one lost or doubled, or one
that has the name of the Service's port. The connection is refused.

Where another workload behind the Service has the port, its pods answer, and those without it get no requests: a warning, as
long as they are not all that a subset of Istio leaves. It is a warning, too, for a headless Service whose own number the pods declare:
who finds them by its name dials that, and only who asks for the endpoints is led elsewhere.

Use the name that the container declares, its number, or give the container's port the name.

Basis: `FindPort` of the EndpointSlice controller; kubernetes/kubernetes issues 109627 and 57710.

## Fails

```yaml title="web.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - port: 80
      targetPort: web  # error: [target-port-not-on-pod] "no port named `web`"
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
          ports:
            - {name: http, containerPort: 8080}
```

## Passes

```yaml title="web.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - port: 80
      targetPort: http
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
          ports:
            - {name: http, containerPort: 8080}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.kubernetes.services.namesakes import Namesakes
from upstreamlint.graph.kubernetes.services.pools import Pools
from upstreamlint.graph.references import TargetPort


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service port whose name, or evidently misspelt number, a workload behind it does not have."""
    pools = Pools(graph)
    namesakes = graph.once(Namesakes)
    for target in graph.broken(TargetPort):
        if namesakes.meant(target.service) is not None:
            # Its selector is the fault.
            continue
        workload, numeric = target.workload, target.number is not None
        hit = pools.starved(workload, target.port)
        spared = "its pods are to take requests of the Service, too" if target.others and not hit else ""
        yield Finding(
            message=f"no port {'' if numeric else 'named '}`{target.wanted}` on the pods of `{workload.title}`, "
            f"which Service `{target.service.title}` leads to",
            primary=Label(
                target.anchor,
                "no container declares this port"
                if numeric
                else "no container port has this name and protocol",
            ),
            subject=target.port,
            hit=hit,
            related=tuple(Label(near.anchor, near.text) for near in target.near)
            or (Label(workload.anchor, f"`{workload.title}` declares {_declared(target)}"),),
            symptom=None
            if spared
            else met(graph, target.port, Failure.REFUSED if numeric else Failure.NO_ENDPOINTS),
            assumption=target.assumption or spared or _dialled(target),
            fix=target.fix,
            help=_help(target),
            fault=target.wanted,
        )


def _dialled(target: TargetPort) -> str:
    """Who finds pods by the name of a headless Service dials its port there, and the sidecars of the mesh follow."""
    ports = (p for c in target.workload.containers for p in c.ports)
    served = target.service.headless and any(p.number == target.port.number for p in ports)
    return "somebody asks for the endpoints, not only for the name" if served else ""


def _declared(target: TargetPort) -> str:
    return "the ports " + ", ".join(target.declared) if target.declared else "no ports"


def _help(target: TargetPort) -> str:
    if target.others and not target.near:
        return f"let the selector leave the pods of `{target.workload.title}` out, or name a port of theirs `{target.wanted}`"
    if not target.near:
        return f"name a container port `{target.wanted}`, or use the port's number"
    instead = target.near[0].instead
    if instead.startswith("protocol: "):
        return f"set `{instead}` on the Service port, or declare a container port for {target.port.protocol}"
    return f"write `{instead}` without quotes" if instead.startswith("targetPort: ") else f"use `{instead}`"
