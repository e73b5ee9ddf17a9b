"""A health check is written for the other of the two forms: in exec form for a shell, or for a shell as a list of words.

`["CMD", …]` runs a program with these words, without a shell: `||`, `&&`, `|` are arguments like any other, and a
whole command in one string is looked for as a program of that name. The check fails for ever, the container turns
unhealthy, and what waits for its health does not start.

`["CMD-SHELL", …]` takes the one string behind it as a script; further words are arguments of the script, which nothing
reads. `["CMD-SHELL", "curl", "-f", "http://…"]` runs `curl` alone, which fails.

Use `["CMD-SHELL", "…"]` with one string, or a plain string.

Basis: engine, `cmdProbe`.

## Fails

```yaml title="compose.yaml"
services:
  api:
    image: registry.example/api:1
    healthcheck:
      test: ["CMD", "probe http://localhost:3000/ || exit 1"]  # warning: [healthcheck-needs-shell] "`api`"
```

## Passes

```yaml title="compose.yaml"
services:
  api:
    image: registry.example/api:1
    healthcheck:
      test: ["CMD-SHELL", "probe http://localhost:3000/ || exit 1"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.model.compose import ComposeService, effective_healthcheck

_OPERATORS = frozenset({"||", "&&", "|", ";"})
_NEED_WORDS = frozenset({"curl", "wget", "mysqladmin"})
"""Programs that fail without arguments; `pg_isready` and `redis-cli` do not."""
_UNHEALTHY = Symptom(log="the container turns unhealthy; what waits for its health does not start")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each check in exec form that is written for a shell."""
    for service in graph.nodes(ComposeService):
        found = effective_healthcheck(service)
        if found is None or not found.words:
            continue
        if found.form == "CMD-SHELL" and len(found.words) > 1 and found.words[0].value in _NEED_WORDS:
            yield Finding(
                message=f"the health check of `{service.name}` runs `{found.words[0]}` without its arguments",
                primary=Label(found.words[1].anchor, "`CMD-SHELL` takes one string as its script"),
                subject=service,
                symptom=_UNHEALTHY,
                help="start the list with `CMD`, or write the command as one string",
            )
        if found.form != "CMD":
            continue
        operator = next((w for w in found.words if w.value in _OPERATORS), None)
        whole = found.words[0] if len(found.words) == 1 and " " in found.words[0].value.strip() else None
        culprit = whole or operator
        if culprit is None:
            continue
        yield Finding(
            message=f"the health check of `{service.name}` is written for a shell, but runs without one",
            primary=Label(
                culprit.anchor, "no program has this name" if whole else "an argument like any other"
            ),
            subject=service,
            symptom=_UNHEALTHY,
            help="start the list with `CMD-SHELL` and write the command as one string",
        )
