"""A service behind a proxy that nothing checks the health of.

Without a health check a container counts as ready the moment its process starts: `depends_on` cannot wait for it,
and proxies that read labels (Traefik) send requests while it still loads. Clients see 502 until it listens.

A HEALTHCHECK in the image counts, so the rule speaks only of images that are known to bring none. It is silent where
the proxy asks for health itself: an Envoy cluster with `health_checks`, Traefik's `loadbalancer.healthcheck` labels.

Add a `healthcheck` that asks what the proxy asks.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:  # info: [healthcheck-missing] "`api`"
    image: tomcat:10
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on:
      api:
        condition: service_healthy
  api:
    image: tomcat:10
    healthcheck:
      test: ["CMD-SHELL", "exec 3<>/dev/tcp/localhost/8080"]
      start_period: 30s
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.proxied import proxied
from upstreamlint.graph.kubernetes.probes.health_askers import asked_for_health
from upstreamlint.model.compose import ComposeService, Project, effective_healthcheck, health_state


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service behind a proxy that certainly has no health check."""
    projects = graph.nodes(Project)
    pieces = {id(s) for p in projects if p.fragment for s in p.services.values()}
    # That somebody waits for a health that is never reported is a fault of its own.
    awaited = {id(s) for p in projects for s in _awaited(p)}
    asked = asked_for_health(graph) if graph.nodes(ComposeService) else frozenset()
    for service, proxy, _, anchor in proxied(graph):
        if id(service) in pieces or id(service) in awaited or id(service) in asked:
            continue
        state, why = health_state(service)
        if state != "unchecked" or effective_healthcheck(service) is not None:
            continue
        yield Finding(
            message=f"`{service.name}` stands behind {proxy} and has no health check",
            primary=Label(service.anchor, "counts as ready as soon as its process starts"),
            subject=service,
            related=(Label(anchor, "requests come from here"), Label(why, "this image brings none")),
            symptom=Symptom(502, "", "", f"{proxy}, while the service starts"),
            help=f"give `{service.name}` a `healthcheck`, and wait for it with `condition: service_healthy`",
        )


def _awaited(project: Project) -> Iterator[ComposeService]:
    """The services whose health another one waits for."""
    for service in project.services.values():
        for dependency in service.depends_on:
            target = project.services.get(dependency.service.value)
            if target is not None and dependency.condition == "service_healthy" and dependency.required:
                yield target
