"""A health check runs a program that its image does not have.

The check runs inside the container. Slim and Alpine images have no curl, most Debian-based ones have neither curl
nor wget, and distroless ones not even a shell: the check fails for ever (`exec: "curl": executable file not found in
$PATH`), the container turns unhealthy, `depends_on` with `service_healthy` gives up (`dependency failed to start:
container is unhealthy`), and Traefik drops its route.

In a pod the kubelet runs the command of an `exec` probe: with a readiness or a startup probe whose program is missing the pod is
never ready, and the Service has no endpoint. A liveness probe that cannot be started at all counts for nothing; one that a shell
runs fails, and the container is killed again and again.

The rule speaks when the image's recipe is known and nothing that the Dockerfile does or that is mounted may bring the program.

Use a program that is there (BusyBox's wget in Alpine images), the service's own client, or install it.

Basis: the images' Dockerfiles; kubelet `prober.go`, `worker.go`; petersimmons1972/olla issue 78, subfuzion/voting-app issue 11.

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

## Fails: a probe

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: vote}
spec: {selector: {app: vote}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: vote}
spec:
  selector: {matchLabels: {app: vote}}
  template:
    metadata: {labels: {app: vote}}
    spec:
      containers:
        - name: vote
          image: python:3.13-slim
          command: ["python", "-m", "http.server", "80"]
          ports: [{containerPort: 80}]
          readinessProbe:
            exec: {command: ["curl", "-f", "http://localhost:80/"]}  # warning: [healthcheck-binary-missing] "`curl`"
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

## Passes: other programs

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: vote}
spec:
  selector: {matchLabels: {app: vote}}
  template:
    metadata: {labels: {app: vote}}
    spec:
      containers:
        - name: vote
          image: python:3.13-slim
          command: ["python", "-m", "http.server", "80"]
          ports: [{containerPort: 80}]
          livenessProbe:
            exec: {command: ["curl", "-f", "http://localhost:80/"]}
          readinessProbe:
            exec: {command: ["python", "-c", "import urllib.request as r; r.urlopen('http://localhost:80/')"]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.finding import Affected
from upstreamlint.graph.kubernetes.services.pools import Pools
from upstreamlint.graph.started import Program, Use
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.probe import ProbeKind


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each check whose program is not in the image."""
    for program in graph.broken(Program):
        if program.use is not Use.CHECK:
            continue
        owner, image, probe = program.owner, program.container.image, program.probe
        log = "the container turns unhealthy; what waits for its health does not start"
        hit: tuple[Affected, ...] | None = None
        if isinstance(owner, Workload) and probe is not None:
            killed = probe.kind is ProbeKind.LIVENESS
            log = "the container is killed again and again" if killed else "the pods are never ready"
            hit = graph.once(Pools).starved(owner)
        name = owner.title if isinstance(owner, Workload) else program.container.name
        yield Finding(
            message=f"the {probe.kind if probe else 'health check'} of `{name}` runs `{program.wanted}`, which its image does not have",
            primary=Label(program.anchor, "not in the image"),
            subject=owner,
            related=(Label(image.anchor, f"this image has no `{program.wanted}`"),)
            if image is not None
            else (),
            symptom=Symptom(log=log),
            hit=hit,
            help="use a program that the image has, or install this one",
            fault=f"{program.container.name}:{probe.kind}:{program.wanted}" if probe else program.wanted,
        )
