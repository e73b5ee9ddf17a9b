"""The last rule of cloudflared's `ingress` does not take every request.

cloudflared demands a last rule without `hostname` and `path`. Otherwise it prints `The last ingress rule must match all
URLs (i.e. it should not have a hostname or path filter)` and exits: the tunnel has no connector, and every host of it
answers with Cloudflare's error 1033.

End the list with `- service: http_status:404`.

Basis: cloudflared, `ingress/ingress.go`, `validateIngress`.

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
  - hostname: photos.example.org  # error: [connector-catch-all-missing] "`photos.example.org`"
    service: http://photos:2342
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
  - hostname: photos.example.org
    service: http://photos:2342
  - service: http_status:404
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.built_in import CLOUDFLARED
from upstreamlint.programs.connectors.model import Connector

_EXITS = Symptom(log="cloudflared does not start: `The last ingress rule must match all URLs`")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each last rule that leaves requests over."""
    for connector in graph.nodes(Connector):
        last = connector.rules[-1] if connector.rules else None
        if connector.program is not CLOUDFLARED or last is None or not connector.complete:
            continue
        filtered = last.path or last.hostname
        if last.catches_all or filtered is None:
            continue
        what = f"`{last.listener}`" + (f" and `{last.match}`" if last.path else "")
        yield Finding(
            message=f"the last rule takes {what} only, but cloudflared demands one that takes all requests",
            primary=Label((last.hostname or filtered).anchor, "the last rule must have no such filter"),
            subject=connector,
            related=(Label(connector.place.node.anchor, "cloudflared runs here"),),
            symptom=_EXITS,
            help="add `- service: http_status:404` at the end",
        )
