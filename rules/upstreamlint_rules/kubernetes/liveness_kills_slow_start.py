"""A liveness probe restarts the container before it can become ready.

Without a startup probe the liveness probe counts from the start of the container: it gives up after
`initialDelaySeconds + periodSeconds * failureThreshold`. When that is no later than the *first* time that the readiness
probe asks, a container that needs as long as its readiness delay says is killed each time; the Service stays empty.

Add a startup probe, which suspends the others until it succeeds, or give the liveness probe more time.

Basis: Kubernetes documentation, "Protect slow starting containers with startup probes".

## Fails

```yaml title="app.yaml"
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
          readinessProbe: {httpGet: {path: /ready, port: 8080}, initialDelaySeconds: 90}
          livenessProbe:  # warning: [liveness-kills-slow-start] "after 30 s"
            httpGet: {path: /live, port: 8080}
```

## Passes

```yaml title="app.yaml"
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
          startupProbe: {httpGet: {path: /live, port: 8080}, failureThreshold: 30}
          readinessProbe: {httpGet: {path: /ready, port: 8080}, initialDelaySeconds: 90}
          livenessProbe:
            httpGet: {path: /live, port: 8080}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import unready
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.probe import ProbeKind


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each liveness probe that gives up too early."""
    for workload in graph.nodes(Workload):
        for container in workload.containers if not workload.finishes else ():
            live, ready = container.probe(ProbeKind.LIVENESS), container.probe(ProbeKind.READINESS)
            if live is None or ready is None or container.probe(ProbeKind.STARTUP) is not None:
                continue
            patience = live.initial_delay + live.period * live.failures
            if ready.initial_delay < patience:
                continue
            yield Finding(
                message=f"liveness of container `{container.name}` gives up after {patience} s, before "
                f"readiness is first asked after {ready.initial_delay} s",
                primary=Label(live.key, "restarts a container that is still starting"),
                subject=workload,
                related=(Label(ready.key, f"first asked after {ready.initial_delay} s"),),
                symptom=unready(graph, workload, ProbeKind.LIVENESS),
                help="add a `startupProbe`, or raise `initialDelaySeconds` or `failureThreshold`",
                fault=str(container.name),
            )
