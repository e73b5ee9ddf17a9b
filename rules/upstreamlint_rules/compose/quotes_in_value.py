"""An address in a list of variables has quotes that are part of it.

Under `environment` written as a list, each line is one text: of `- REDIS_URL="redis://cache"` the container is given the quotes too. A client takes
`"redis://cache"` for no URL, and looks for a host `"cache"` that nobody has.

Leave the quotes out, or put them around the whole line; in the form `REDIS_URL: "redis://cache"` they belong to YAML.

Basis: the Compose Specification, `environment`; compose-go, `types/mapping.go`.

## Fails

```yaml title="compose.yaml"
services:
  shop:
    image: registry.example/shop:1
    environment:
      - REDIS_URL="redis://cache"  # warning: [quotes-in-value] "quotes"
      - DB_HOST='db'  # warning: [quotes-in-value] "quotes"
  cache:
    image: redis:7
  db:
    image: postgres:17
```

## Passes

```yaml title="compose.yaml"
services:
  shop:
    image: registry.example/shop:1
    environment:
      - "REDIS_URL=redis://cache"
      - DB_HOST=db
      - GREETING="hello"
  copy:
    image: registry.example/shop:1
    environment:
      REDIS_URL: "redis://cache"
      DB_HOST: "db"
  cache:
    image: redis:7
  db:
    image: postgres:17
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.documents import Scalar
from upstreamlint.graph.compose.addresses import addresses
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.model.compose.names import written_names
from upstreamlint.readers.compose.tree import is_unknown

_QUOTES = ('"', "'")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each quoted address of a service of the same project."""
    for project in graph.nodes(Project):
        names = {
            name.lower(): service
            for service in project.services.values()
            for name in written_names(service, project)
        }
        for service in project.services.values():
            for variable, value in service.environment.items():
                meant = _meant(variable, value, names) if value.source.path in project.files else None
                if meant is not None:
                    yield _finding(service, variable, value, meant)


def _meant(variable: str, value: Scalar, names: dict[str, ComposeService]) -> ComposeService | None:
    """The service that is named between the quotes."""
    text = value.value
    if len(text) < len('"x"') or text[0] not in _QUOTES or text[-1] != text[0] or is_unknown(value):
        return None
    inner = (a.host.lower() for a in addresses(variable, text[1:-1]) if a.dialled)
    return next((names[host] for host in inner if host in names), None)


def _finding(service: ComposeService, variable: str, value: Scalar, meant: ComposeService) -> Finding:
    return Finding(
        message=f"the quotes are part of what `{service.name}` is given as `{variable}`",
        primary=Label(value.anchor, f"nobody is called `{value.value}`"),
        subject=service,
        related=(Label(meant.anchor, "meant is this service"),),
        symptom=Symptom(log="the address cannot be read, or its host is not found"),
        help=f"write `- {variable}={value.value[1:-1]}`",
        assumption="the program does not take them off itself",
        fault=variable,
        hit=(),
    )
