"""A `server` of an upstream holds a variable, which nginx does not expand there.

`server ${BACKEND}:8080;` is taken as it is: nginx looks for a host of that very name, logs
`host not found in upstream "${BACKEND}:8080"`, and does not start. The file was meant for `envsubst`, and nothing runs it: in
the official image only templates in `/etc/nginx/templates` are filled in, and only variables that the container has.

Move the file to `/etc/nginx/templates/NAME.conf.template`, set the variable, or write the value.

Basis: measured on nginx 1.22.1 and 1.31.4; the entry point of the official image, `20-envsubst-on-templates.sh`.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    environment:
      BACKEND: shop
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
upstream shop {
    server ${BACKEND}:8080;  # error: [variable-not-expanded] "`${BACKEND}`"
}
server {
    listen 80;
    location / { proxy_pass http://shop; }
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    environment:
      BACKEND: shop
    volumes:
      - ./edge.conf:/etc/nginx/templates/default.conf.template:ro
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
upstream shop {
    server ${BACKEND}:8080;
}
server {
    listen 80;
    location / { proxy_pass http://shop; }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.dials.targets import VARIABLE
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.model import UpstreamServer
from upstreamlint.symptoms import nginx_refuses

_TEMPLATES = (".template", ".tmpl", ".tpl", ".j2", ".erb", ".in", ".dist", ".sample")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each variable in the address of a server."""
    for instance in graph.nodes(NginxInstance):
        for upstream in instance.config.upstreams:
            for server in upstream.servers:
                found = VARIABLE.search(server.written.value)
                if found is None or not _certain(instance, server, found[1] or found[2]):
                    continue
                yield Finding(
                    message=f"`{found[0]}` is not expanded in a `server` of upstream `{upstream.name}`",
                    primary=Label(server.written.anchor, "taken as the name of a host"),
                    subject=upstream,
                    symptom=nginx_refuses(f'host not found in upstream "{server.written}"'),
                    help=_help(instance, found[1] or found[2]),
                    assumption=""
                    if instance.complete and instance.client
                    else "nothing fills in the file before nginx reads it",
                    fault=server.written.value,
                )


def _certain(instance: NginxInstance, server: UpstreamServer, name: str) -> bool:
    """Whether nothing that is known, or that may exist, puts a value in."""
    path = server.written.source.path
    if instance.client is None:
        return not instance.config.fragment and not path.endswith(_TEMPLATES) and "template" not in path
    return instance.complete and name not in instance.open_names


def _help(instance: NginxInstance, name: str) -> str:
    if instance.service is not None and instance.rendered:
        return f"set `{name}` in the environment of `{instance.service.name}`"
    if instance.client is not None:
        return "put the file into `/etc/nginx/templates` as `NAME.conf.template`, or write the value"
    return f"put a value in place of `${name}`"
