"""Addresses are written for a Service that has a selector.

For a Service with a selector the control plane writes the Endpoints object of its name: the addresses that a file lists there
are replaced by those of the pods that the selector matches, or by none, whenever anything about them changes. Requests go to those
pods, on a port that was meant for somebody else. A Service gets such a selector from `commonLabels` of a kustomization, too, which
puts its labels into each Service, whether it has a selector or not.

Leave the selector out; in a kustomization write `labels` with `includeSelectors: false`. An EndpointSlice of one's own stands beside
those of the control plane, and is not touched.

Basis: kubernetes/kubernetes `pkg/controller/endpoint` (`syncService` replaces `subsets`); kubernetes-sigs/kustomize issue 249.

## Fails

```yaml title="mainframe.yaml"
apiVersion: v1
kind: Service
metadata:
  name: mainframe  # error: [endpoints-overwritten] "has a selector"
spec:
  selector: {environment: staging}
  ports: [{port: 9443}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: mainframe}
subsets:
  - addresses: [{ip: 192.0.2.11}]
    ports: [{port: 9443}]
```

## Passes

```yaml title="mainframe.yaml"
apiVersion: v1
kind: Service
metadata: {name: mainframe}
spec:
  ports: [{port: 9443}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: mainframe}
subsets:
  - addresses: [{ip: 192.0.2.11}]
    ports: [{port: 9443}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.references import OverwrittenEndpoints


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Endpoints object that the control plane replaces."""
    for reference in graph.broken(OverwrittenEndpoints):
        service = reference.service
        yield Finding(
            message=f"Service `{service.title}` has a selector, so that the addresses written for it are replaced",
            primary=Label(reference.anchor, "leads to other pods, or to none"),
            subject=service,
            related=tuple(Label(near.anchor, near.text) for near in reference.near),
            symptom=met(graph, service, Failure.REFUSED if reference.workloads else Failure.NO_ENDPOINTS),
            help="leave the selector out (in a kustomization: `labels` with `includeSelectors: false`)",
        )
