"""A proxy sends requests to a port that nothing shows the container serving.

`expose`, `ports`, the Dockerfile's `EXPOSE` and what is known of the image name the ports of a container, and its
command, environment and health check may name more. A port that none of them names is probably wrong: the
connection is refused (nginx: 502). A container may serve ports that nobody declared, so this is a warning.

A proxy that is given no port dials 80, or 443 for https. A proxy on the machine's own network (`network_mode: host`)
reaches containers by published ports only.

Use the port that the container serves, or declare the right one with `expose`.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;  # warning: [container-port-not-served] "8080"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    environment:
      LISTEN: ":8080"
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

import re
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.upstreams import PortObstacle, UpstreamPort
from upstreamlint.model.compose import ComposeService
from upstreamlint.symptoms import refused

_FPM = 9000
"""The port of PHP-FPM."""

_MESSAGES = {
    PortObstacle.NOT_SERVED: "nothing shows `{name}` serving port {port}",
    PortObstacle.DEFAULTED: "nothing shows `{name}` serving port {port}",
    PortObstacle.UNPUBLISHED: "the host does not publish port {port} of `{name}` under this number",
}


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that is not among the declared ones."""
    for port in graph.broken(UpstreamPort):
        target = port.target
        if port.obstacle is None or port.obstacle not in _MESSAGES:
            continue
        if not isinstance(target, ComposeService):
            continue
        written = port.obstacle is not PortObstacle.DEFAULTED
        yield Finding(
            message=_MESSAGES[port.obstacle].format(name=target.name, port=port.number),
            primary=Label(
                port.anchor, "not among its ports" if written else f"no port: {port.number} is dialled"
            ),
            subject=port.owner,
            related=tuple(Label(anchor, text) for anchor, text in port.far_end),
            symptom=refused(port.proxy),
            help=_remedy(port, target),
            fault=f"{target.name}:{port.number}",
        )


def _remedy(port: UpstreamPort, target: ComposeService) -> str:
    image = target.image
    if port.number == _FPM and image is not None and re.match(r"(?:.*/)?php:\S*apache", image.value):
        return "run an `fpm` image, or pass to its port 80 with `proxy_pass`"
    return f"use port {port.near[0].instead}" if port.near else "use a port that the container serves"
