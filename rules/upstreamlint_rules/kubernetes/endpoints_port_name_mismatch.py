"""Hand-written endpoints have no port of the Service port's name.

A Service without a selector gets its endpoints from an Endpoints object or EndpointSlices. Their ports are matched
with the Service's by *name*, not by number: the names must be equal, or both unset. A Service port without a partner
has no endpoint (`503 no healthy upstream`). Clients that ask the DNS for a headless Service are not hit, so there it is a warning.

Give both ports the same name.

Basis: Kubernetes API, `EndpointPort.name`.

## Fails

```yaml title="vm.yaml"
apiVersion: v1
kind: Service
metadata: {name: vm}
spec:
  ports:
    - {name: https, port: 443}
---
apiVersion: v1
kind: Endpoints
metadata: {name: vm}
subsets:
  - addresses: [{ip: 10.1.2.3}]
    ports:
      - name: api  # error: [endpoints-port-name-mismatch] "`https`"
        port: 8443
```

## Passes

```yaml title="vm.yaml"
apiVersion: v1
kind: Service
metadata: {name: vm}
spec:
  ports:
    - {name: https, port: 443}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: vm-1
  labels: {kubernetes.io/service-name: vm}
addressType: IPv4
endpoints:
  - addresses: [10.1.2.3]
ports:
  - {name: https, port: 8443}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.references import EndpointsPort


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service port that the endpoints written for it do not serve."""
    for reference in graph.broken(EndpointsPort):
        service, candidate = reference.service, reference.candidate
        wanted = f"named `{reference.wanted}`" if reference.wanted else "without a name"
        has = f"; it is named `{candidate.name}`" if candidate is not None and candidate.name else ""
        yield Finding(
            message=f"the endpoints of Service `{service.title}` have no port {wanted}, "
            f"so its port {reference.port.number} has no endpoint",
            primary=Label(reference.anchor, f"not the name of the Service's port{has}"),
            subject=reference.port,
            related=tuple(Label(near.anchor, near.text) for near in reference.near),
            symptom=met(graph, reference.port, Failure.NO_ENDPOINTS),
            # Clients of a headless Service get addresses from the DNS, and dial the port that they mean.
            assumption="something asks for the endpoints, not only for the name" if service.headless else "",
            fix=reference.fix,
            help=f"name the endpoints' port `{reference.wanted}`"
            if reference.wanted
            else "give both ports the same name, or neither of them one",
            fault=reference.wanted,
        )
