"""A health check asks a port that the container does not have.

The check runs inside the container, where the mapping of `ports` does not exist: with `ports: ["11435:11434"]` the
container listens on 11434. Asked on 11435 it refuses, and turns unhealthy for ever; what waits for it with
`service_healthy` does not start, and Traefik drops its route.

The same happens when the port is misspelt: nothing of the service names it, and it is a declared port but for a digit
that is lost or doubled, or for their order.

Ask the port on the right of the colon.

## Fails

```yaml title="compose.yaml"
services:
  api:
    image: registry.example/api:1
    ports: ["9000:3000"]
    healthcheck:
      test: curl -f http://localhost:9000/health  # error: [healthcheck-port-mismatch] "9000"
```

## Passes

```yaml title="compose.yaml"
services:
  api:
    image: registry.example/api:1
    ports: ["9000:3000"]
    healthcheck:
      test: curl -f http://localhost:3000/health
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.checks import asked_ports
from upstreamlint.graph.evidence import near_numbers
from upstreamlint.model.compose import ComposeService, container_ports, effective_healthcheck
from upstreamlint.places.compose.ports import mentions
from upstreamlint.source import Anchor

_UNHEALTHY = Symptom(log="the container turns unhealthy; what waits for its health does not start")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port of a check that only the machine has."""
    for service in graph.nodes(ComposeService):
        found = effective_healthcheck(service)
        if found is None or (service.network_mode is not None and service.network_mode.value):
            continue
        for number, anchor in asked_ports(found):
            if mentions(service, number, in_checks=False):
                continue
            published = [p for p in service.ports if p.published == number and p.target is not None]
            if not published:
                yield from _slip(service, number, anchor)
                continue
            target = published[0].target
            yield Finding(
                message=f"the health check of `{service.name}` asks port {number}, which only the host has",
                primary=Label(anchor, "refused inside the container"),
                subject=service,
                related=(
                    Label(published[0].anchor, f"leads from {number} to the container's port {target}"),
                ),
                symptom=_UNHEALTHY,
                help=f"ask port {target}",
                fault=str(number),
            )


def _slip(service: ComposeService, number: int, anchor: Anchor) -> Iterator[Finding]:
    """A port that nothing of the service names, and that is a declared one but for a slip of the hand."""
    declared = {p.number: p for p in container_ports(service) if p.protocol == "tcp"}
    for meant in near_numbers(number, declared)[:1] if not service.incomplete else ():
        yield Finding(
            message=f"the health check of `{service.name}` asks port {number}, which nothing else of it names",
            primary=Label(anchor, "refused inside the container"),
            subject=service,
            related=(Label(declared[meant].anchor, f"the container serves port {meant}"),),
            symptom=_UNHEALTHY,
            help=f"ask port {meant}",
            fault=str(number),
        )
