"""Something replaces nginx's own variables by nothing before nginx reads the configuration.

Compose interpolates the `content` of a config like any other value: `$host` is taken for a variable of the shell, which
has none of that name. `envsubst` without a list of names does the same to a template: it replaces every `$name`, and puts nothing in place of
those that the container does not have. `proxy_set_header Host $host;` becomes `proxy_set_header Host ;`, and nginx does not start: `invalid
number of arguments`. `try_files $uri /index.html;` still starts, and serves one page for everything.

In inline `content`, write `$$host`. Tell `envsubst` what to replace: `envsubst '$API_HOST $API_PORT'`; the official image does so by
itself for templates in `/etc/nginx/templates`.

Basis: run with `docker-compose config` 5.6.1; GNU gettext 0.21 and nginx 1.22.1.

## Fails: Compose

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
          proxy_set_header Host $host;  # error: [own-variable-emptied] "$host"
          proxy_pass http://shop:8080;
        }
      }
```

## Fails: envsubst

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    environment: {API_HOST: shop}
    command: sh -c "envsubst < /etc/nginx/edge.template > /etc/nginx/conf.d/default.conf && nginx -g 'daemon off;'"
    volumes: ["./edge.conf:/etc/nginx/edge.template:ro"]
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
server {
    listen 80;
    location / {
        proxy_set_header Host $host;  # error: [own-variable-emptied] "$host"
        proxy_pass http://${API_HOST}:8080;
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
from upstreamlint.programs.nginx.language.emptied import COMPOSE, Taken, taken

_SYMPTOM = Symptom(
    log="nginx reads nothing in its place, and mostly does not start: `invalid number of arguments`"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each configuration that is emptied of variables."""
    for instance in graph.nodes(NginxInstance):
        for found in taken(instance):
            first, *more = found.names
            besides = f", and {len(more)} more of nginx's variables," if more else ""
            yield Finding(
                message=f"{found.by} replaces `${first}`{besides} by nothing before nginx reads the configuration",
                primary=Label(found.anchor, "taken for a variable of the shell"),
                subject=instance,
                symptom=_SYMPTOM,
                help=_help(found),
                fault=str(found.text.start),
            )


def _help(found: Taken) -> str:
    first, *more = found.names
    if found.by != COMPOSE:
        return "name the variables that it is to replace: `envsubst '$ONE $OTHER'`"
    return f"write `$${first}`" + (f", and so with {', '.join(f'`${n}`' for n in more[:4])}" if more else "")
