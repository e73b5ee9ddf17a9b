"""Compose replaces nginx's own variables in an inline configuration.

Compose interpolates the `content` of a config like any other value: `$host` is taken for a variable of the shell, which
has none of that name, so nginx reads nothing in its place. `proxy_set_header Host $host;` becomes `proxy_set_header
Host ;`, and nginx does not start: `invalid number of arguments`. `try_files $uri /index.html;` still starts, and serves
one page for everything. Compose only warns: `The "host" variable is not set`.

Write `$$host`, or keep the configuration in a file.

Basis: run with `docker-compose config` 5.6.1.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    depends_on: [shop]
    configs:
      - source: edge
        target: /etc/nginx/conf.d/default.conf
  shop:
    image: registry.example/shop:1
configs:
  edge:
    content: |
      server {
        listen 80;
        location / {
          proxy_set_header Host $host;  # error: [variable-taken-by-compose] "$host"
          proxy_pass http://shop:8080;
        }
      }
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    depends_on: [shop]
    configs:
      - source: edge
        target: /etc/nginx/conf.d/default.conf
  shop:
    image: registry.example/shop:1
configs:
  edge:
    content: |
      server {
        listen 80;
        location / {
          proxy_set_header Host $$host;
          proxy_pass http://shop:8080;
        }
      }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.interpolated import taken

_SYMPTOM = Symptom(
    log="nginx reads nothing in its place, and mostly does not start: `invalid number of arguments`"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each inline configuration that Compose empties of variables."""
    for instance in graph.nodes(NginxInstance):
        for found in taken(instance):
            first, *more = found.names
            besides = f", and {len(more)} more of nginx's variables," if more else ""
            yield Finding(
                message=f"Compose replaces `${first}`{besides} by nothing before nginx reads the configuration",
                primary=Label(found.anchor, "taken for a variable of the shell"),
                subject=instance,
                symptom=_SYMPTOM,
                help=f"write `$${first}`"
                + (f", and so with {', '.join(f'`${n}`' for n in more[:4])}" if more else ""),
                fault=str(found.content.start),
            )
