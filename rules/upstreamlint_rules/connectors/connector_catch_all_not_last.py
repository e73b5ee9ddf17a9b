"""A rule of cloudflared's `ingress` takes every request, and others follow it.

The rules after it could never be reached. cloudflared does not accept that: it prints `this will match every hostname,
meaning the rules which follow it will never be triggered` and exits, so the tunnel has no connector.

Give the rule a `hostname`, or move it to the end.

Basis: cloudflared, `ingress/ingress.go`, `errRuleShouldNotBeCatchAll`.

## Fails

```yaml title="compose.yaml"
services:
  tunnel:
    image: cloudflare/cloudflared:2025.2.0
    command: tunnel --config /etc/cloudflared/config.yml run
    volumes: ["./config.yml:/etc/cloudflared/config.yml:ro"]
    depends_on: [photos]
  photos:
    image: registry.example/photos:1
    expose: ["2342"]
```

```yaml title="config.yml"
tunnel: photos
ingress:
  - service: http://photos:2342  # error: [connector-catch-all-not-last] "rule 1 takes every request"
  - hostname: old.example.org
    service: http_status:410
  - service: http_status:404
```

## Passes

```yaml title="compose.yaml"
services:
  tunnel:
    image: cloudflare/cloudflared:2025.2.0
    command: tunnel --config /etc/cloudflared/config.yml run
    volumes: ["./config.yml:/etc/cloudflared/config.yml:ro"]
    depends_on: [photos]
  photos:
    image: registry.example/photos:1
    expose: ["2342"]
```

```yaml title="config.yml"
tunnel: photos
ingress:
  - hostname: old.example.org
    service: http_status:410
  - service: http://photos:2342
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.built_in import CLOUDFLARED
from upstreamlint.programs.connectors.model import Connector

_EXITS = Symptom(log="cloudflared does not start: `this will match every hostname`")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule that leaves nothing to those after it."""
    for connector in graph.nodes(Connector):
        if connector.program is not CLOUDFLARED or not connector.complete:
            continue
        for found in connector.rules[:-1]:
            if found.catches_all:
                yield Finding(
                    message=f"rule {found.number} takes every request, so cloudflared refuses the rules after it",
                    primary=Label(found.anchor, "no `hostname` and no `path`"),
                    subject=connector,
                    related=(Label(connector.rules[found.number].anchor, "never reached"),),
                    symptom=_EXITS,
                    help="give it a `hostname`, or move it to the end",
                    fault=str(found.number),
                )
