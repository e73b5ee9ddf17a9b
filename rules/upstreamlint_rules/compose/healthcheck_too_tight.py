"""A health check gives up before the service can have started.

A container is unhealthy after `retries` failed checks in a row, `interval` apart; failures during `start_period` do
not count. Where another service waits with `condition: service_healthy`, Compose gives up the moment this one turns
unhealthy: `dependency failed to start: container is unhealthy`. Ten seconds are little for any service, and
programs on the JVM or databases that fill their first volume take half a minute and more.

Add a `start_period`: it costs nothing, since the first success ends it.

Basis: engine defaults (interval 30 s, 3 retries, no start period); docker/compose issue 11474.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    depends_on:
      broker:
        condition: service_healthy
  broker:
    image: registry.example/broker:1
    healthcheck:  # warning: [healthcheck-too-tight] "after 2 s"
      test: ["CMD", "/bin/ping-broker"]
      interval: 1s
      retries: 2
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    depends_on:
      broker:
        condition: service_healthy
  broker:
    image: registry.example/broker:1
    healthcheck:
      test: ["CMD", "/bin/ping-broker"]
      interval: 1s
      retries: 2
      start_period: 60s
```
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, patterns, rule
from upstreamlint.graph.compose.checks import patience
from upstreamlint.model.compose import ComposeService, Dependency, Project, effective_healthcheck

LITTLE = 10.0
LITTLE_FOR_SLOW = 25.0
"""Seconds within which a service, and a slow one, may well not be ready."""

_SLOW = patterns.compile(
    r"elasticsearch|opensearch|kafka|keycloak|sonarqube|cassandra|solr|jenkins|neo4j|logstash|kibana|gitlab|mssql"
    r"|oracle|nexus|activemq|wildfly|tomcat|zookeeper|jvm|java|spring|openjdk|temurin|mysql|mariadb",
    re.IGNORECASE,
)

_QUICK = patterns.compile(
    r"redis|valkey|memcached|keydb|dragonfly|nginx|httpd|caddy|traefik|haproxy|busybox", re.IGNORECASE
)
"""Programs that serve within a second of their start."""


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each check that is waited for and gives up at once."""
    for project in graph.nodes(Project):
        waited: dict[str, list[tuple[ComposeService, Dependency]]] = defaultdict(list)
        for other in project.services.values():
            for dependency in other.depends_on:
                if dependency.condition == "service_healthy":
                    waited[dependency.service.value].append((other, dependency))
        for service in project.services.values():
            found = effective_healthcheck(service)
            waiting = waited.get(service.name.value)
            if found is None or found.form in ("NONE", "disabled") or not waiting:
                continue
            if _QUICK.search(_image(service)):
                continue
            slow = _SLOW.search(_image(service)) is not None
            seconds = patience(found)
            if seconds >= (LITTLE_FOR_SLOW if slow else LITTLE):
                continue
            other, dependency = waiting[0]
            yield Finding(
                message=f"`{service.name}` counts as unhealthy after {seconds:g} s, and `{other.name}` waits for its health",
                primary=Label(
                    found.anchor,
                    f"{found.retries} retries, {found.interval:g} s apart, "
                    + (
                        f"after a start period of {found.start_period:g} s"
                        if found.start_period
                        else "no start period"
                    ),
                ),
                subject=service,
                related=(
                    Label(dependency.condition_anchor, f"`{other.name}` gives up when it turns unhealthy"),
                ),
                symptom=Symptom(log="`dependency failed to start: container is unhealthy`"),
                help="add a `start_period` of 30s or more",
            )


def _image(service: ComposeService) -> str:
    if service.stage is not None:
        return service.stage.base.value
    return service.image.value if service.image is not None else ""
