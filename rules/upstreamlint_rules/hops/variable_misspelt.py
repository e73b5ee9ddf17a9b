"""A variable that its program does not read: the default stays.

oauth2-proxy reads `OAUTH2_PROXY_UPSTREAMS`, and passes `OAUTH2_PROXY_UPSTREAM` over without a word: its flags are singular
where its variables and its file are plural. Without an upstream it answers `404` to everybody who has signed in, and
without `OAUTH2_PROXY_EMAIL_DOMAINS` it does not start. authentik divides sections with two underscores:
`AUTHENTIK_POSTGRESQL_HOST` is nothing to it, and it looks for its database on `localhost`.

Write the name as the program reads it.

Basis: oauth2-proxy, `pkg/apis/options` (`Load`, the `cfg` tags); authentik, `authentik/lib/default.yml`.

## Fails

```yaml title="compose.yaml"
services:
  login:
    image: quay.io/oauth2-proxy/oauth2-proxy:v7.6.0
    environment:
      OAUTH2_PROXY_HTTP_ADDRESS: 0.0.0.0:4180
      OAUTH2_PROXY_UPSTREAM: http://web:80/  # warning: [variable-misspelt] "OAUTH2_PROXY_UPSTREAM"
      OAUTH2_PROXY_EMAIL_DOMAINS: "*"
  web:
    image: nginx:1.27
```

## Passes

```yaml title="compose.yaml"
services:
  login:
    image: quay.io/oauth2-proxy/oauth2-proxy:v7.6.0
    environment:
      OAUTH2_PROXY_HTTP_ADDRESS: 0.0.0.0:4180
      OAUTH2_PROXY_UPSTREAMS: http://web:80/
      OAUTH2_PROXY_EMAIL_DOMAINS: "*"
  web:
    image: nginx:1.27
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.containers.container import Container
from upstreamlint.containers.data.variables import unread


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each variable that must have been meant for another one, which is not set."""
    for container in graph.nodes(Container):
        if container.image is None:
            continue
        for name, value in container.environment.items():
            found = unread(container.image.value, name)
            if found is None or found.meant in container.environment:
                continue
            yield Finding(
                message=f"{found.program} does not read `{name}`",
                primary=Label(value.anchor, f"`{found.meant}` is what it reads"),
                subject=container.node,
                symptom=Symptom(found.status, log=found.log) if found.status or found.log else None,
                help=f"write `{found.meant}`",
                fault=f"{container.id}:{name}",
            )
