"""A health check reads an answer that its server only gives to whoever shows a password.

A Redis that is told `--requirepass` answers `PING` with `NOAUTH Authentication required`. `redis-cli ping` alone ends well all the
same, so that such a check proves little; with `| grep PONG` behind it the check fails for ever. The container turns
unhealthy, and what waits for its health does not start; a pod is never ready, or is killed again and again.

Show the password: `redis-cli -a "$$PASSWORD" ping`, or set `REDISCLI_AUTH` in the container.

Basis: redis, `src/redis-cli.c`; langgenius/dify issues 10898, 24806.

## Fails

```yaml title="compose.yaml"
services:
  cache:
    image: redis:7
    command: redis-server --requirepass secret
    healthcheck:
      test: redis-cli ping | grep PONG  # error: [healthcheck-without-password] "`redis-cli`"
```

## Passes

```yaml title="compose.yaml"
services:
  cache:
    image: redis:7
    command: redis-server --requirepass secret
    environment: {REDISCLI_AUTH: secret}
    healthcheck:
      test: redis-cli ping | grep PONG
  other:
    image: redis:7
    command: redis-server --requirepass secret
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import unready
from upstreamlint.answers.table import NEVER_HEALTHY
from upstreamlint.graph.started import NoPassword


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each check that is answered `NOAUTH`."""
    for found in graph.broken(NoPassword):
        probe = found.probe
        symptom = NEVER_HEALTHY
        if probe is not None:
            symptom = unready(graph, found.owner, probe.kind)
        yield Finding(
            message=f"the {probe.kind if probe else 'health check'} of {found.container.title} reads what `{found.wanted}` "
            "is answered, and shows no password",
            primary=Label(found.anchor, "answered `NOAUTH Authentication required`"),
            subject=found.owner,
            related=(Label(found.demand, "the server asks for this password"),),
            symptom=symptom,
            help="give the client the password: `-a`, or the variable `REDISCLI_AUTH`",
            assumption=found.assumption,
            fault=f"{found.container.name}:{probe.kind if probe else ''}",
        )
