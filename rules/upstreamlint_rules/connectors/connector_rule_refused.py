"""A rule of cloudflared's `ingress` is one that it does not accept.

cloudflared checks all rules when it starts, and exits when one of them is wrong: the tunnel has no connector, and every
host of it answers with Cloudflare's error 1033. It refuses a `service` with a path (the path of the request is what the
origin gets), one without scheme or host, a status that is none, a `hostname` with a port, and a `*` that does not lead.

A `--url` without its two slashes (`http:photos:2342`) it takes, and dials nobody: every request is answered with 502.

Basis: cloudflared, `ingress/ingress.go`, `validateIngress`; `cloudflared tunnel ingress validate` says the same.

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
  - hostname: photos.example.org
    service: http://photos:2342/library  # error: [connector-rule-refused] "has a path"
  - hostname: albums.example.org:443  # error: [connector-rule-refused] "has a port"
    service: http://photos:2342
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
  - hostname: "*.example.org"
    path: ^/library
    service: http://photos:2342
  - hostname: test.example.org
    service: hello_world
  - hostname: local.example.org
    service: unix:/run/photos.sock
  - service: http_status:404
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.built_in import CLOUDFLARED
from upstreamlint.programs.cloudflared.refused import refusals
from upstreamlint.programs.connectors.references import PublicRule

_EXITS = Symptom(log="cloudflared does not start: it reports the rule as invalid")
_NOBODY = Symptom(
    502, log="cloudflared logs `Unable to reach the origin service … http: no Host in request URL`"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each fault that stops cloudflared, or leaves it without an origin."""
    for public in graph.references(PublicRule):
        connector = public.connector
        if connector.program is not CLOUDFLARED or not connector.complete:
            continue
        for refusal in refusals(public.rule):
            yield Finding(
                message=refusal.message
                if refusal.starts
                else f"{refusal.message}, which cloudflared refuses",
                primary=Label(
                    refusal.at.anchor, "two slashes are missing" if refusal.starts else "not accepted"
                ),
                subject=connector,
                related=(Label(connector.place.node.anchor, "cloudflared runs here"),),
                symptom=_NOBODY if refusal.starts else _EXITS,
                help=refusal.help,
                fault=f"{public.rule.number} {refusal.at.value}",
            )
