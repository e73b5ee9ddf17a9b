"""A health check runs a program that its image does not have.

The check runs inside the container. Slim and Alpine images have no curl, most Debian-based ones have neither curl
nor wget, and distroless ones not even a shell: the check fails for ever (`exec: "curl": executable file not found in
$PATH`), the container turns unhealthy, `depends_on` with `service_healthy` gives up (`dependency failed to start:
container is unhealthy`), and Traefik drops its route.

The rule speaks when the image's recipe is known and the Dockerfile installs nothing of that name.

Use a program that is there (BusyBox's wget in Alpine images), the service's own client, or install it.

Basis: the images' Dockerfiles; petersimmons1972/olla issue 78.

## Fails

```yaml title="compose.yaml"
services:
  api:
    build: .
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:7070/"]  # warning: [healthcheck-binary-missing] "`curl`"
```

```dockerfile title="Dockerfile"
FROM alpine:3.20
RUN apk add --no-cache ca-certificates
COPY api /api
ENTRYPOINT ["/api"]
```

## Passes

```yaml title="compose.yaml"
services:
  api:
    build: .
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:7070/"]
```

```dockerfile title="Dockerfile"
FROM alpine:3.20
RUN apk add --no-cache ca-certificates curl
COPY api /api
ENTRYPOINT ["/api"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.checks import lacking
from upstreamlint.model.compose import ComposeService, effective_healthcheck


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each check whose program is not in the image."""
    for service in graph.nodes(ComposeService):
        found = effective_healthcheck(service)
        needed = lacking(service, found) if found is not None else None
        if needed is None:
            continue
        image = service.stage.base if service.stage is not None else service.image
        yield Finding(
            message=f"the health check of `{service.name}` runs `{needed.name}`, which its image does not have",
            primary=Label(needed.anchor, "not in the image"),
            subject=service,
            related=(Label(image.anchor, f"this image has no `{needed.name}`"),) if image is not None else (),
            symptom=Symptom(log="the container turns unhealthy; what waits for its health does not start"),
            help="use a program that the image has, or install this one",
            fault=needed.name,
        )
