"""A Service leads to a port number that its pods do not declare.

A numeric `targetPort` (or the `port`, when none is written) is dialled as it is. Nothing demands that the pod
declares it, so this is a likely fault, not a certain one: the pods declare other ports, and neither a probe, an
argument nor a variable mentions this one. When nobody listens, the connection is refused: nginx answers `502`,
Envoy `503` with the flag `UF`. The classic cause is a `targetPort` that was left out.

When another port of the same Service leads to a declared one, or several lead to undeclared ones, the finding is only
a hint: metrics and admin ports are often left undeclared. It is more than a hint where the pods declare the Service
port's own number, and nothing leads there.

A number that must have been meant to be that of a declared port is an error of
[target-port-not-on-pod](target-port-not-on-pod.md); one on which what runs in the pods is known not to listen is one of
[upstream-port-not-served](upstream-port-not-served.md).

Point `targetPort` at the container's port, or declare the port.

Basis: `FindPort` of the EndpointSlice controller; Kubernetes API, `ContainerPort`.

## Fails

```yaml title="web.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - port: 80  # warning: [target-port-not-served] "port 80"
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
            - containerPort: 8080
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
      targetPort: 8080
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
```
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.finding import Affected
from upstreamlint.graph.kubernetes.services.namesakes import Namesakes
from upstreamlint.graph.kubernetes.services.pools import Pools
from upstreamlint.graph.kubernetes.services.serving import named_port, pod_port
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import Service
from upstreamlint.source import Anchor


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service port that none of the workloads behind it, or behind a subset of it, seems to serve."""
    by_port: dict[int, list[TargetPort]] = defaultdict(list)
    serving: set[int] = set()
    led_to: dict[int, set[int | None]] = defaultdict(set)
    namesakes = graph.once(Namesakes)
    for target in graph.references(TargetPort):
        if namesakes.meant(target.service) is not None:
            # Its selector is the fault.
            continue
        by_port[id(target.port)].append(target)
        led_to[id(target.workload)].add(target.number)
        if target.evident and not target.broken:
            serving.add(id(target.service))
    known = {id(found.dial.owner) for found in graph.judged(Obstacle.NOT_SERVED)}
    missing = [t for key, t in by_port.items() if key not in known and not any(_served(x) for x in t)]
    unserved = Counter(id(t[0].service) for t in missing)
    for targets in missing:
        doubt = (
            ""
            if _meant(targets[0]) or _left(targets[0], led_to)
            else _doubt(targets[0].service, serving, unserved)
        )
        yield _finding(graph, targets[0], doubt, None)
    pools = Pools(graph)
    for targets in by_port.values():
        unread = {t.workload: t for t in targets if not _served(t)}
        if len(unread) in (0, len(targets)):
            continue
        for pool in pools.hit(targets[0].port, unread):
            first = unread[pool.workloads[0]]
            yield _finding(graph, first, "", pools.affected(pool, first.workload))


def _served(target: TargetPort) -> bool:
    return target.evident or target.broken or target.number is None


def _finding(graph: Graph, target: TargetPort, doubt: str, hit: tuple[Affected, ...] | None) -> Finding:
    service, workload = target.service, target.workload
    defaulted = target.port.target is None
    return Finding(
        message=f"Service `{service.title}` leads to port {target.number}, "
        f"which the pods of `{workload.title}` {_lacking(target)}",
        primary=Label(
            target.anchor,
            "no `targetPort`, so the pods are dialled on this port" if defaulted else "dialled on the pods",
        ),
        subject=target.port,
        hit=hit,
        related=(Label(_ports(target), f"`{workload.title}` declares {', '.join(target.declared)}"),),
        symptom=met(graph, target.port, Failure.REFUSED),
        fix=target.fix,
        help=_help(target),
        assumption=doubt,
        fault=str(target.number) if hit is None else f"{target.number} {workload.id}",
    )


def _meant(target: TargetPort) -> bool:
    """Whether the pods declare the port that a Service port without a target means: by its name, or the one left over."""
    port, workload = target.port, target.workload
    if port.target is not None:
        return False
    if port.name is not None and named_port(workload, port.name.value, port.protocol) is not None:
        return True
    declared = {p.number for c in workload.containers for p in c.ports if p.protocol == port.protocol}
    return len(declared - {pod_port(workload, p) for p in target.service.ports}) == 1


def _left(target: TargetPort, led_to: dict[int, set[int | None]]) -> bool:
    """Whether the pods declare the Service port's own number, and nothing leads there: the target is what is wrong."""
    number = target.port.number
    declared = {p.number for c in target.workload.containers for p in c.ports}
    return number in declared and number not in led_to[id(target.workload)]


def _doubt(service: Service, serving: set[int], unserved: Counter[int]) -> str:
    if service.headless:
        return "somebody dials the pods on this port"
    if id(service) in serving:
        return "the other ports of the Service are served"
    return "the pods do not declare all of their ports" if unserved[id(service)] > 1 else ""


def _ports(target: TargetPort) -> Anchor:
    return next(p.anchor for c in target.workload.containers for p in c.ports)


def _other(target: TargetPort) -> str:
    """The protocol that the pods declare the number for, when it is another one."""
    ports = [p for c in target.workload.containers for p in c.ports if p.number == target.number]
    return ports[0].protocol if ports else ""


def _lacking(target: TargetPort) -> str:
    other = _other(target)
    return f"declare for {other}, not {target.port.protocol}" if other else "do not declare"


def _help(target: TargetPort) -> str:
    if other := _other(target):
        return f"set `protocol: {other}` on the Service port, or declare the port for {target.port.protocol}"
    numbers = {
        p.number: p for c in target.workload.containers for p in c.ports if p.protocol == target.port.protocol
    }
    if len(numbers) == 1:
        return f"set `targetPort: {next(iter(numbers))}`, or declare the port if the container listens on it"
    return "set `targetPort` to a port that the container listens on, or declare this one"
