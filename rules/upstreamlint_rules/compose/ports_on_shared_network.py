"""A service publishes ports although it lives in another container's network.

With `network_mode: service:vpn` a container has no network of its own that a port could be published of. Compose
loads the file; the engine refuses the container: `conflicting options: port publishing and the container type network
mode`. It is never created, and whatever sends requests to it finds nobody.

Publish the ports on the service that owns the network.

Basis: engine, validation of network modes.

## Fails

```yaml title="compose.yaml"
services:
  vpn:
    image: registry.example/vpn:1
  downloads:
    image: registry.example/downloads:1
    network_mode: service:vpn
    ports:
      - "8112:8112"  # error: [ports-on-shared-network] "`downloads`"
```

## Passes

```yaml title="compose.yaml"
services:
  vpn:
    image: registry.example/vpn:1
    ports:
      - "8112:8112"
  downloads:
    image: registry.example/downloads:1
    network_mode: service:vpn
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.model.compose import ComposeService


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service that shares a network and publishes ports."""
    for service in graph.nodes(ComposeService):
        mode = service.network_mode
        if mode is None or not service.ports or not mode.value.startswith(("service:", "container:")):
            continue
        owner = service.shares or mode.value.partition(":")[2]
        yield Finding(
            message=f"`{service.name}` publishes a port, but lives in the network of `{owner}`",
            primary=Label(service.ports[0].anchor, "cannot be published here"),
            subject=service,
            related=(Label(mode.anchor, "the network that it lives in"),),
            symptom=Symptom(
                log="the engine refuses the container: `conflicting options: port publishing and the container type "
                "network mode`"
            ),
            help=f"publish the port on `{owner}`",
        )
