"""nginx in a container passes to a Unix socket that nothing can have put there.

A socket is a file: the program behind it must share the folder with nginx. When the path of the socket lies in no
volume of nginx's container, and nginx runs alone there, the socket does not exist: nginx answers `502`, and the log says
`connect() to unix:… failed (2: No such file or directory)`.

Mount one volume into both containers at the socket's folder, or use a port.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
  app:
    image: registry.example/app:1
    volumes:
      - run:/run/app
volumes:
  run: {}
```

```nginx title="edge.conf"
server {
    listen 80;
    location / { proxy_pass http://unix:/run/app/app.sock; }  # error: [unix-socket-not-shared] "/run/app/app.sock"
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
      - run:/run/app
  app:
    image: registry.example/app:1
    volumes:
      - run:/run/app
volumes:
  run: {}
```

```nginx title="edge.conf"
server {
    listen 80;
    location / { proxy_pass http://unix:/run/app/app.sock; }
}
```
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.own import dialled
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each socket that lies in no volume."""
    for passed in graph.references(ProxyPass):
        instance = passed.instance
        if instance.client is None or not instance.alone:
            continue
        for address, _ in dialled(passed):
            if address.kind != "unix" or _in_volume(instance, address.host):
                continue
            if any(
                i.host == address.host for s in instance.config.servers for i in s.listens if i.port is None
            ):
                continue
            yield Finding(
                message=f"socket `{address.host}` lies in no volume of {instance.title}",
                primary=Label(
                    passed.target.anchor if not passed.upstreams else passed.upstreams[0].anchor,
                    "passed to this socket",
                ),
                subject=passed.upstreams[0] if passed.upstreams else passed.route,
                related=(Label(instance.client.anchor, "nginx runs here, alone"),),
                symptom=nginx_answers(
                    502, f"connect() to unix:{address.host} failed (2: No such file or directory)"
                ),
                help=f"mount the volume that holds `{posixpath.dirname(address.host)}` into both containers, or use a port",
                fault=address.host,
            )


def _in_volume(instance: NginxInstance, path: str) -> bool:
    targets: list[str] = []
    if instance.service is not None:
        targets = [m.target.value for m in instance.service.mounts if m.kind != "copy"]
    elif instance.container is not None:
        targets = [m.path.value for m in instance.container.mounts]
    # `/var/run` is a link to `/run` in the usual images.
    plain = posixpath.normpath(path).removeprefix("/var")
    return any(
        plain == t or plain.startswith(t.rstrip("/") + "/")
        for t in (posixpath.normpath(t).removeprefix("/var") for t in targets)
    )
