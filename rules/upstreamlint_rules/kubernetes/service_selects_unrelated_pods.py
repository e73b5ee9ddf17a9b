"""A Service selects the pods of a workload that does not serve its port.

A selector matches every pod with its labels, whatever else the pods carry. When it catches a second workload that serves
other ports, or none, as the workers of an application do, the requests that land there are refused: a part of the calls fails, in proportion to the pods. (Two
workloads behind one Service are fine when both serve the port, as in a canary.)

So it is where the selector was copied from the Service of another workload, which lacks the port, while nothing selects the workload of the Service's own name, which
has it: then every call fails.

Add a label to the selector that only the right workload carries, or select the right one.

Basis: EndpointSlice controller, `getServicesForPod`.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}  # warning: [service-selects-unrelated-pods] "`Deployment/worker`"
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web, role: web}}
  template:
    metadata: {labels: {app: web, role: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  selector: {matchLabels: {app: web, role: worker}}
  template:
    metadata: {labels: {app: web, role: worker}}
    spec:
      containers:
        - name: worker
          ports: [{containerPort: 9000}]
```

## Fails: a copied selector

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: stock}
spec:
  selector: {app: web}  # warning: [service-selects-unrelated-pods] "`Deployment/stock`"
  ports: [{port: 80, targetPort: 9000}]
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
        - name: web
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: stock}
spec:
  selector: {matchLabels: {app: stock}}
  template:
    metadata: {labels: {app: stock}}
    spec:
      containers:
        - name: stock
          ports: [{containerPort: 9000}]
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web, role: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web, role: web}}
  template:
    metadata: {labels: {app: web, role: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  selector: {matchLabels: {app: web, role: worker}}
  template:
    metadata: {labels: {app: web, role: worker}}
    spec:
      containers:
        - name: worker
          ports: [{containerPort: 9000}]
```
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.containers.data.reference import image_reference
from upstreamlint.graph.kubernetes.services.namesakes import Namesakes
from upstreamlint.graph.kubernetes.services.serving import declares
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import PodContainer, Service, Workload
from upstreamlint.source import Anchor


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each workload that a Service catches by accident."""
    by_service: dict[int, list[TargetPort]] = defaultdict(list)
    for target in graph.references(TargetPort):
        by_service[id(target.service)].append(target)
    for targets in by_service.values():
        good = {id(t.workload): t.workload for t in targets if declares(t.workload, t.number)}
        service = targets[0].service
        folders = {service.meta.folder, *(workload.meta.folder for workload in good.values())}
        # Elsewhere it may be another variant of the application.
        others = [t for t in targets if id(t.workload) not in good and t.workload.meta.folder in folders]
        strangers = _strangers(others, list(good.values()))
        meant = graph.once(Namesakes).meant(service)
        if meant is not None and service.selector is not None:
            yield _of_another(graph, service, service.selector.anchor, targets[0].workload, meant)
            continue
        for workload in strangers if good and service.selector is not None else ():
            yield _finding(graph, service, workload, targets)


def _of_another(
    graph: Graph, service: Service, selector: Anchor, reached: Workload, meant: Workload
) -> Finding:
    return Finding(
        message=f"Service `{service.title}` selects the pods of `{reached.title}`, which do not serve its ports, and nothing selects those of `{meant.title}`, which do",
        primary=Label(selector, f"the labels of `{reached.title}`"),
        subject=service,
        related=(Label(reached.anchor, "these pods get the requests"), Label(meant.anchor, "these do not")),
        symptom=met(graph, service, Failure.REFUSED),
        help=f"select the labels of `{meant.title}`",
        fault=service.title,
    )


def _strangers(targets: list[TargetPort], good: list[Workload]) -> list[Workload]:
    """The workloads that declare ports, but none that the Service leads to by number, or none while they run something else."""
    strange = {
        id(t.workload): t.workload
        for t in targets
        if not t.workload.finishes
        and ((t.declared and not t.evident) or (t.silent and _runs_other(t.workload, good)))
    }
    return list(strange.values())


def _runs_other(workload: Workload, good: list[Workload]) -> bool:
    """Whether the pods run nothing that those run which declare the port: another image, or another command of one."""
    own = {_started(container) for container in workload.containers}
    return bool(own) and own.isdisjoint(_started(c) for other in good for c in other.containers)


def _started(container: PodContainer) -> tuple[str, ...]:
    image = image_reference(container.image.value).name if container.image is not None else ""
    return (image, *(word.value for word in container.words))


def _finding(graph: Graph, service: Service, workload: Workload, targets: list[TargetPort]) -> Finding:
    others = {id(t.workload) for t in targets if t.evident and not t.silent}
    right = next((t.workload for t in targets if id(t.workload) in others), workload)
    declared = next(t.declared for t in targets if t.workload is workload)
    return Finding(
        message=f"Service `{service.title}` also selects the pods of `{workload.title}`, which do not serve its ports",
        primary=Label(
            service.selector.anchor if service.selector else service.anchor, "matches these pods too"
        ),
        subject=service,
        related=(
            Label(workload.anchor, f"declares {', '.join(declared)}" if declared else "declares no port"),
            Label(right.anchor, "serves the port"),
        ),
        symptom=met(graph, service, Failure.REFUSED, "for a part of the requests"),
        help="add a label to the selector that only the right workload carries",
        fault=service.title,
    )
