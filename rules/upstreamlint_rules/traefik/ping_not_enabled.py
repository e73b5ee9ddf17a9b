"""`traefik healthcheck` runs, and pings are not switched on for it.

The command starts a second Traefik that reads the configuration again and asks `/ping`. It takes the file and the variables of the
container, but not the arguments of the Traefik that runs: with `--ping` in `command` alone it fails with
`please enable ``ping`` to use health check`. The container turns unhealthy, and what waits for its health does not start.

Write `traefik healthcheck --ping`, and `--ping` in the command; or put `ping: {}` into the static file, which both read.

Basis: traefik/traefik cmd/healthcheck/healthcheck.go, issues 2995, 5226.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: ["--providers.docker=true", "--ping=true"]
    healthcheck:
      test: ["CMD", "traefik", "healthcheck"]  # error: [ping-not-enabled] "its own arguments"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: ["--providers.docker=true", "--ping=true"]
    healthcheck:
      test: ["CMD", "traefik", "healthcheck", "--ping"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.table import NEVER_HEALTHY
from upstreamlint.programs.traefik.pings import PingCheck


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each check that pings in vain."""
    for found in graph.broken(PingCheck):
        why = "its own arguments do not switch `ping` on" if found.again else "Traefik does not answer pings"
        yield Finding(
            message=f"`traefik healthcheck` fails: {why}",
            primary=Label(found.anchor, "asks `/ping`"),
            subject=found.owner,
            symptom=NEVER_HEALTHY,
            help="add `--ping` behind `healthcheck`"
            if found.again
            else "add `--ping` to Traefik and to the check",
        )
