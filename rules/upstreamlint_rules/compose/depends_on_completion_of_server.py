"""A service waits for the end of one that never ends.

`condition: service_completed_successfully` is for migrations and other tasks. Compose waits for them without a limit.
A server does not end, so whatever waits for it never starts, and the proxy in front of it finds nobody.

Wait for its health, or for its start.

Basis: observed with Compose 5: `up` waits for ever.

## Fails

```yaml title="compose.yaml"
services:
  api:
    image: registry.example/api:1
    depends_on:
      db:
        condition: service_completed_successfully  # error: [depends-on-completion-of-server] "`db`"
  db:
    image: postgres:16
```

## Passes

```yaml title="compose.yaml"
services:
  api:
    image: registry.example/api:1
    depends_on:
      migrate:
        condition: service_completed_successfully
  migrate:
    image: postgres:16
    command: psql -f /schema.sql
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.proxied import proxied
from upstreamlint.model.compose import ComposeService, Project, image_facts
from upstreamlint.readers.compose.tree import is_unknown


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each wait for the end of a server."""
    behind = {id(found.service) for found in proxied(graph)}
    for project in graph.nodes(Project):
        for service in filter(project.settles, project.services.values()):
            for dependency in service.depends_on:
                target = project.services.get(dependency.service.value)
                if dependency.condition != "service_completed_successfully" or target is None:
                    continue
                dialled = id(target) in behind
                if not dialled and not _serves(target):
                    continue
                yield Finding(
                    message=f"`{service.name}` waits for the end of `{target.name}`, which is a server",
                    primary=Label(dependency.condition_anchor, "never happens"),
                    subject=service,
                    related=(
                        Label(target.name.anchor, "a proxy dials it")
                        if dialled
                        else Label(
                            (target.image or target.name).anchor, "this image serves until it is stopped"
                        ),
                    ),
                    symptom=Symptom(log=f"`{service.name}` never starts"),
                    help="wait with `condition: service_healthy` or `service_started`",
                    fault=target.name.value,
                )


def _serves(target: ComposeService) -> bool:
    """Whether a service runs the server of a known image, unchanged."""
    image = target.image
    if image is None or is_unknown(image) or target.build is not None or target.incomplete:
        return False
    return target.command is None and target.entrypoint is None and bool(image_facts(image.value).ports)
