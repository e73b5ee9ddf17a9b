"""A health check asks a port that nothing in its container listens on.

The check runs inside the container, where the mapping of `ports` does not exist: with `ports: ["11435:11434"]` the
container listens on 11434. A command, a variable (`PORT`, `ASPNETCORE_URLS`) or the configuration of a program may say that it is another one, too. Asked on 11435 the
container refuses, and turns unhealthy for ever; what waits for it with `service_healthy` does not start, and Traefik drops
its route.

The same happens when the port is misspelt: nothing of the service names it, and it is a declared port but for a digit
that is lost or doubled, or for their order. Where the image is known to serve other ports, or others are exposed,
a port that no file names is a warning.

A program that is bound to the address of a name (`PLAINTEXT://broker:9092` of Kafka) does not answer on `localhost`.

Ask the port that the container listens on.

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

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import ends, own_check


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port of a check that nobody listens on."""
    for found in graph.checked(Obstacle.NOT_SERVED, Obstacle.LOOPBACK_ONLY):
        yield Finding(
            message=f"{own_check(found)} asks port {found.wanted}, which nothing listens on in the container",
            primary=Label(found.anchor, "refused inside the container"),
            subject=found.owner,
            related=ends(found),
            symptom=symptom(found),
            fix=found.fix,
            help=f"ask port {found.near[0].instead}"
            if found.near
            else "ask the port and the address that are served",
            assumption=found.assumption,
            fault=found.wanted,
        )
