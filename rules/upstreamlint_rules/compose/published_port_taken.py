"""Two services publish the same port of the host.

Only one of them gets it. The engine does not start the other: `Bind for 0.0.0.0:8080 failed: port is already
allocated`. The same happens to the second replica of a service that publishes one fixed port.

Publish one of them on another port, or not at all: a service behind a proxy needs no published port.

Basis: engine, port allocator.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    ports: ["8080:80"]
  api:
    image: registry.example/api:1
    ports: ["8080:3000"]  # error: [published-port-taken] "8080"
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    ports: ["8080:80"]
  api:
    image: registry.example/api:1
    ports: ["127.0.0.1:8081:3000"]
  debug:
    image: registry.example/debug:1
    profiles: [debug]
    ports: ["8080:3000"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.model.compose import ComposeService, Project, PublishedPort
from upstreamlint.numerals import decimal

_ANY = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - addresses that are compared, not bound


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each published port that an earlier service has already."""
    for project in graph.nodes(Project):
        if project.fragment:
            continue
        taken: list[tuple[ComposeService, PublishedPort]] = []
        for service in project.services.values():
            on_host = service.network_mode is not None and service.network_mode.value == "host"
            if service.profiles or service.replicas == 0 or on_host or service.incomplete:
                continue
            for port in service.ports:
                if port.published in (None, 0) or decimal(port.text) is None:
                    continue
                clash = next((t for t in taken if _clash(t[1], port) and t[0] is not service), None)
                taken.append((service, port))
                if clash is None:
                    continue
                other, first = clash
                yield Finding(
                    message=f"`{service.name}` publishes port {port.published} of the host, which `{other.name}` has already",
                    primary=Label(port.anchor, "only one can have it"),
                    subject=service,
                    related=(Label(first.anchor, f"published for `{other.name}`"),),
                    symptom=Symptom(
                        log="one of them does not start: "
                        f"`Bind for 0.0.0.0:{port.published} failed: port is already allocated`"
                    ),
                    help="publish it on another port, or not at all",
                    fault=port.text,
                )


def _clash(one: PublishedPort, other: PublishedPort) -> bool:
    if (one.published, one.protocol) != (other.published, other.protocol):
        return False
    return one.host_ip == other.host_ip or bool(_ANY & {one.host_ip, other.host_ip})
