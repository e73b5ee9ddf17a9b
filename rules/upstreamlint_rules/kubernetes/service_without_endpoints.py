"""A Service has no selector, and nobody writes its endpoints.

For a Service without a selector the control plane creates nothing: somebody has to write an Endpoints object of the
same name, or an EndpointSlice with the label `kubernetes.io/service-name`. Until then there is no endpoint
(`503 no healthy upstream`). The rule speaks when such an object exists but holds no address that is ready, or when
the files are known to be complete.

Add a selector, or the endpoints.

Basis: Kubernetes documentation, "Services without selectors"; `getServicesForPod`.

## Fails

```yaml title="db.yaml"
apiVersion: v1
kind: Service
metadata:
  name: db  # warning: [service-without-endpoints] "no endpoints"
spec:
  ports: [{port: 5432}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: db}
subsets: []
```

## Passes

```yaml title="db.yaml"
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  ports: [{port: 5432}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: db}
subsets:
  - addresses: [{ip: 10.9.0.4}]
    ports: [{port: 5432}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.references import WrittenEndpoints


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service that nothing gives endpoints."""
    for reference in graph.broken(WrittenEndpoints):
        service = reference.service
        yield Finding(
            message=f"Service `{service.title}` has no selector and no endpoints",
            primary=Label(reference.anchor, "nothing gives this Service an address"),
            subject=service,
            related=tuple(Label(near.anchor, near.text) for near in reference.near[:2]),
            symptom=met(graph, service, Failure.NO_ENDPOINTS),
            fix=reference.fix,
            help=_help(reference),
        )


def _help(reference: WrittenEndpoints) -> str:
    if reference.meant is not None and reference.meant.template.values:
        key, value = next(iter(reference.meant.template.values.items()))
        return f"select its pods: `selector: {{{key}: {value}}}`"
    if not reference.near:
        return "add a selector, or write an Endpoints object or EndpointSlice with addresses"
    name = reference.near[0].instead
    return f"name Service `{name}` there" if name else "write an address that is ready"
