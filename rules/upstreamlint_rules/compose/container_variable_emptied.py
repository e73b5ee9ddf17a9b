"""Compose replaces a variable in a command that only the container has.

Compose interpolates `command`, `entrypoint` and the health check like any other value, from the shell that starts it and from `.env`. What stands
under `environment` is for the container, and Compose does not look there: `${NAME}` becomes nothing, before the shell of the container
could put its value in. Compose only warns: `The "NAME" variable is not set. Defaulting to a blank string.` `pg_isready -U ${POSTGRES_USER}` fails for
ever then, and `envsubst '${DOMAIN}'` has an empty list.

Write `$${NAME}`, which reaches the container as `${NAME}`, and let a shell read it there; or give Compose the variable.

Basis: Compose specification, interpolation; docker/compose issue 6870.

## Fails

```yaml title="compose.yaml"
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: secret
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U ${POSTGRES_USER}"]  # error: [container-variable-emptied] "POSTGRES_USER"
```

## Passes

```yaml title="compose.yaml"
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: secret
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U $${POSTGRES_USER}"]
```

## Passes: the shell's own variable is handed on

```yaml title="compose.yaml"
services:
  consul:
    image: hashicorp/consul:1.19
    command: agent -advertise ${HOST_IP}
    environment:
      - HOST_IP
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.documents import Scalar
from upstreamlint.graph.compose.unset import written
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor

_SYMPTOM = Symptom(log="Compose warns that the variable is not set, and puts a blank string in its place")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each command with variables that are set for the container, and not for Compose."""
    for project in graph.nodes(Project):
        texts = {anchor: [n for n, at in project.unset if at == anchor] for _, anchor in project.unset}
        for service in project.services.values():
            for anchor, unset in texts.items():
                own = {
                    n: v for n in unset if (v := service.environment.get(n)) is not None and _is_literal(v)
                }
                if own and _is_run(service, anchor):
                    yield _finding(service, anchor, own)


def _finding(service: ComposeService, anchor: Anchor, own: Mapping[str, Scalar]) -> Finding:
    first, *more = own
    listed = " and ".join(f"`{name}`" for name in own)
    return Finding(
        message=f"Compose empties {listed} before the container of `{service.name}`, which has {'them' if more else 'it'}, can read {'them' if more else 'it'}",
        primary=Label(written(first, anchor), "Compose takes this from its own shell or `.env`"),
        subject=service,
        related=tuple(Label(value.anchor, "set for the container alone") for value in own.values()),
        symptom=_SYMPTOM,
        help=f"write `$${{{first}}}`" + (", and so with the others" if more else ""),
        fault=str(anchor.start),
    )


def _is_literal(value: Scalar) -> bool:
    """Whether a value is written where it is set, and comes from nowhere else."""
    return (
        bool(value.value) and not is_unknown(value) and "$" not in value.source.text[value.start : value.end]
    )


def _is_run(service: ComposeService, anchor: Anchor) -> bool:
    """Whether a text is a command of a service, or its health check."""
    commands = (service.command, service.entrypoint)
    words = [word for command in commands if command is not None for word in command.words]
    words += service.healthcheck.words if service.healthcheck is not None else ()
    return any(w.source is anchor.source and anchor.start <= w.start < anchor.end for w in words)
