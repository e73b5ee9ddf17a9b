"""A health check asks a URL that its tool does not understand.

`http//localhost:3000` is a host of the name `http` to curl and wget, `localhost:3000:3000` and `localhost:3000health` have no
port that is a number, and `htpp://` is no scheme. The check fails for ever: the container turns unhealthy, and what waits for
its health does not start; a pod is never ready, or is killed again and again.

Write the URL as `http://localhost:3000/health`.

Basis: measured with curl 7.88 and GNU wget 1.21. `http:/localhost`, with one slash, is right for curl alone.

## Fails

```yaml title="compose.yaml"
services:
  api:
    image: registry.example/api:1
    healthcheck:
      test: ["CMD", "curl", "-f", "http//localhost:3000/health"]  # error: [healthcheck-url-malformed] "`http//localhost"
```

## Passes

```yaml title="compose.yaml"
services:
  api:
    image: registry.example/api:1
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:3000/health"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.answers.table import NEVER_HEALTHY
from upstreamlint.graph.started import NoUrl
from upstreamlint.model.kubernetes.probe import ProbeKind
from upstreamlint.symptoms import NEVER_READY

_KILLED = Symptom(log="the container is killed again and again")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each URL of a check that is none."""
    for found in graph.broken(NoUrl):
        probe = found.probe
        symptom = NEVER_HEALTHY
        if probe is not None:
            symptom = _KILLED if probe.kind is ProbeKind.LIVENESS else NEVER_READY
        yield Finding(
            message=f"the {probe.kind if probe else 'health check'} of {found.container.title} asks `{found.wanted}`, which is no URL",
            primary=Label(found.anchor, found.fault),
            subject=found.owner,
            symptom=symptom,
            help="write it as `http://HOST:PORT/PATH`",
            fault=f"{found.container.name}:{found.wanted}",
        )
