"""A service waits for the health of one that has no health check.

With `condition: service_healthy` Compose asks the engine for the container's health. A container without a health
check has none, and `docker compose up` gives up: `dependency failed to start: container <name> has no healthcheck
configured`. The waiting service stays created and never starts. `docker compose config` says nothing.

A HEALTHCHECK in the image counts. So the rule speaks when the check is switched off (`disable: true`, `NONE`), or
when the image is known to have none: a Dockerfile on a base image that is known, or an official image. A service
with no replica is not waited for.

Give the service a `healthcheck`, or wait with `condition: service_started`.

Basis: observed with Compose 5 (`up`); arriven/db1000n issue 444.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    depends_on:
      db:
        condition: service_healthy  # error: [depends-on-healthy-without-healthcheck] "`db`"
  db:
    image: postgres:16
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:16
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U postgres"]
      interval: 5s
      retries: 10
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.model.compose import Project, effective_healthcheck, health_state


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each dependency on the health of a service that reports none."""
    for project in graph.nodes(Project):
        for service in project.services.values():
            for dependency in service.depends_on:
                target = project.services.get(dependency.service.value)
                if target is None or not project.settles(target):
                    continue
                if dependency.condition != "service_healthy" or not dependency.required:
                    continue
                state, why = health_state(target)
                if state != "unchecked" or target.replicas == 0:
                    continue
                off = effective_healthcheck(target) is not None
                reason = "its health check is switched off" if off else "its image brings no health check"
                yield Finding(
                    message=f"`{service.name}` waits until `{target.name}` is healthy, "
                    f"but `{target.name}` has no health check",
                    primary=Label(dependency.condition_anchor, f"never true of `{target.name}`"),
                    subject=service,
                    related=(Label(why, reason), Label(target.anchor, "the service that is waited for")),
                    symptom=Symptom(
                        log=f"`dependency failed to start: container {project.prefix}-{target.name}-1 "
                        "has no healthcheck configured`"
                    ),
                    help=f"give `{target.name}` a `healthcheck`, or wait with `condition: service_started`",
                    fault=target.name.value,
                )
