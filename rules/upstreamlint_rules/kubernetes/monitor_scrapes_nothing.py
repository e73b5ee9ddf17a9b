"""A ServiceMonitor or PodMonitor finds no target.

The Prometheus operator keeps the targets whose Service (pod, for a PodMonitor) carries the labels of the selector, and
whose port has the name that an endpoint asks for. Where none is left, Prometheus scrapes nothing, and no log says so: alerts
that wait for the metrics stay silent while the Service answers 503.

The rule speaks when something beside the monitor misses the selector by one value and has its ports, when nothing that it selects has a
port of the name, or when the files are known to be complete. `targetPort` is a port that a container of the pods declares. The labels of the Service count, not those that it selects pods by.

Correct the label or the name; a port without a name has to be given one.

Basis: prometheus-operator, API reference (`ServiceMonitorSpec.selector`, `Endpoint.port`) and `pkg/prometheus/promcfg.go`.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: checkout, labels: {app: checkout}}
spec:
  selector: {app: checkout}
  ports: [{name: metrics, port: 9100}]
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: checkout}
spec:
  selector: {matchLabels: {app: checkout}}
  endpoints:
    - port: metrcs  # error: [monitor-scrapes-nothing] "metrcs"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: checkout, labels: {app: checkout}}
spec:
  selector: {app: checkout}
  ports: [{name: metrics, port: 9100}]
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: checkout}
spec:
  selector: {matchLabels: {app: checkout}}
  endpoints:
    - port: metrics
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.graph.kubernetes.services.monitors import MonitorPort, MonitorSelector
from upstreamlint.graph.references import Reference

_UNSEEN = Symptom(log="Prometheus has no target for it")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each selector and port of a monitor that leads to nothing."""
    for port in graph.broken(MonitorPort):
        what = "pods" if port.monitor.of_pods else "Services"
        yield _finding(port, f"nothing among the {what} of {_title(port)} has a port `{port.wanted}`")
    for selector in graph.broken(MonitorSelector):
        what = "pods have" if selector.monitor.of_pods else "Service has"
        yield _finding(selector, f"no {what} the labels of {_title(selector)}: `{selector.wanted}`")


def _title(reference: MonitorPort | MonitorSelector) -> str:
    return f"{reference.monitor.meta.kind} `{reference.monitor.title}`"


def _finding(reference: Reference, message: str) -> Finding:
    near = reference.near[0] if reference.near else None
    return Finding(
        message=message,
        primary=Label(reference.anchor, "nothing is scraped"),
        subject=reference.owner,
        related=(Label(near.anchor, near.text),) if near else (),
        symptom=_UNSEEN,
        fix=reference.fix,
        help=f"use `{near.instead}`"
        if near and near.instead
        else "correct the labels, or remove the monitor",
        assumption=reference.assumption,
        fault=reference.wanted,
    )
