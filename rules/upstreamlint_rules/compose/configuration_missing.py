"""A proxy whose image brings no configuration is given none.

The image `haproxy` comes without a `haproxy.cfg`: when nothing is mounted or copied there, the container ends with `Cannot open
configuration file/directory /usr/local/etc/haproxy/haproxy.cfg`, and nobody listens on its ports.

Mount the file, or copy it into an image of your own.

Basis: docker-library/haproxy, README, "How to use this image"; HAProxy, src/haproxy.c.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: haproxy:3.0  # error: [configuration-missing] "`edge`"
    ports: ["80:80"]
  web:
    image: nginx:1.27
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: haproxy:3.0
    ports: ["80:80"]
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    depends_on: [web]
  web:
    image: nginx:1.27
```

```haproxy title="haproxy.cfg"
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend in
    bind :80
    default_backend web
backend web
    server web web:80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.model.compose import ComposeService, Project, image_name

_NEEDED = {"haproxy": "/usr/local/etc/haproxy/haproxy.cfg"}
"""Where images look for a configuration that they do not bring."""


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service that is given no configuration, nor anything else that might be one."""
    for project in graph.nodes(Project):
        for service in project.services.values() if not project.fragment else ():
            image = service.image
            path = _NEEDED.get(image_name(image.value).name) if image is not None else None
            if image is None or path is None or _is_given(service):
                continue
            yield Finding(
                message=f"`{service.name}` is given no `{path}`, and its image brings none",
                primary=Label(image.anchor, "ends at once"),
                subject=service,
                symptom=Symptom(
                    None, log=f"HAProxy does not start: `Cannot open configuration file/directory {path}`"
                ),
                help=f"mount the configuration at `{path}`",
            )


def _is_given(service: ComposeService) -> bool:
    return bool(
        service.build
        or service.incomplete
        or service.mounts
        or service.volumes_from
        or service.command
        or service.entrypoint
    )
