"""A rule of cloudflared's `ingress` stands behind one that takes all of its requests.

The first rule whose hostname and path match takes the request. A rule without `path` takes every path of its host, and
`*.example.org` each host below it, however deep. What stands behind it for the same requests is never reached: its
origin gets nothing, and clients get the other origin's answer.

Put the narrower rule first.

Basis: cloudflared, `ingress/ingress.go`, `FindMatchingRule`.

## Fails

```yaml title="compose.yaml"
services:
  tunnel:
    image: cloudflare/cloudflared:2025.2.0
    command: tunnel --config /etc/cloudflared/config.yml run
    volumes: ["./config.yml:/etc/cloudflared/config.yml:ro"]
    depends_on: [web, api]
  web:
    image: registry.example/web:1
    expose: ["3000"]
  api:
    image: registry.example/api:1
    expose: ["4000"]
```

```yaml title="config.yml"
tunnel: shop
ingress:
  - hostname: "*.example.org"
    service: http://web:3000
  - hostname: api.example.org
    service: http://api:4000  # warning: [connector-rule-shadowed] "`api.example.org`"
  - service: http_status:404
```

## Passes

```yaml title="compose.yaml"
services:
  tunnel:
    image: cloudflare/cloudflared:2025.2.0
    command: tunnel --config /etc/cloudflared/config.yml run
    volumes: ["./config.yml:/etc/cloudflared/config.yml:ro"]
    depends_on: [web, api]
  web:
    image: registry.example/web:1
    expose: ["3000"]
  api:
    image: registry.example/api:1
    expose: ["4000"]
```

```yaml title="config.yml"
tunnel: shop
ingress:
  - hostname: api.example.org
    service: http://api:4000
  - hostname: "*.example.org"
    path: ^/static/
    service: http://web:3000
  - hostname: "*.example.org"
    service: http://web:3000
  - service: http_status:404
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.connectors.references import PublicRule

_OTHER = Symptom(log="the origin of an earlier rule answers")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule that no request reaches."""
    for public in graph.references(PublicRule):
        found, earlier = public.rule, public.hidden_by
        if earlier is None or not public.connector.complete:
            continue
        what = f"`{found.listener}`" + (f" with path `{found.match}`" if found.path else "")
        yield Finding(
            message=f"no request reaches the rule for {what}: rule {earlier.number} takes them all",
            primary=Label(found.anchor, "never dialled by this rule"),
            subject=public.route,
            related=(Label(earlier.anchor, f"`{earlier.listener}` is taken to here"),),
            symptom=_OTHER,
            help=f"move it before rule {earlier.number}",
        )
