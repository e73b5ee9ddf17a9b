"""A proxy in a container passes to a Unix socket that nothing can have put there.

A socket is a file: the program behind it must share the folder with the proxy. When the path of the socket lies in no
volume of the container, and nothing else runs there, the socket does not exist: nginx and Caddy answer `502`, HAProxy
and httpd `503`, and the log of nginx says `connect() to unix:… failed (2: No such file or directory)`.

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

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.answers import Failure, answer
from upstreamlint.containers.container import Container
from upstreamlint.graph.nodes import Node
from upstreamlint.programs.forwarding import Forwarder
from upstreamlint.programs.nginx.dials.own import dialled, written_in
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.source import Anchor
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each socket that lies in no volume."""
    for passed in graph.references(ProxyPass):
        instance = passed.instance
        if instance.place is None or not instance.alone:
            continue
        own = {i.host for s in instance.config.servers for i in s.listens if i.port is None}
        for address, _ in dialled(passed):
            if address.kind != "unix" or address.host in own or _in_volume(instance.place, address.host):
                continue
            at = passed.target.anchor if not passed.upstreams else written_in(passed, address.host)
            log = f"connect() to unix:{address.host} failed (2: No such file or directory)"
            owner = passed.upstreams[0] if passed.upstreams else passed.route
            yield _missing("nginx", instance.place, address.host, at, owner, nginx_answers(502, log))
    for one in graph.every(Forwarder):
        for path in one.sockets if one.alone else ():
            if not _in_volume(one.container, path.value):
                status = answer(one.program, Failure.REFUSED).status
                symptom = Symptom(status, log=f"{one.program} logs `{path.value}: no such file or directory`")
                yield _missing(one.program, one.container, path.value, path.anchor, one, symptom)


def _missing(
    program: str, place: Container, path: str, at: Anchor, subject: Node, symptom: Symptom
) -> Finding:
    return Finding(
        message=f"socket `{path}` lies in no volume of {place.title}",
        primary=Label(at, "passed to this socket"),
        subject=subject,
        related=(Label(place.node.anchor, f"{program} runs here, alone"),),
        symptom=symptom,
        help=f"mount the volume that holds `{posixpath.dirname(path)}` into both containers, or use a port",
        fault=path,
    )


def _in_volume(place: Container, path: str) -> bool:
    targets: list[str] = []
    if place.service is not None:
        targets = [m.target.value for m in place.service.mounts if m.kind != "copy"]
    elif place.part is not None:
        targets = [m.path.value for m in place.part.mounts]
    # `/var/run` is a link to `/run` in the usual images.
    plain = posixpath.normpath(path).removeprefix("/var")
    return any(
        plain == t or plain.startswith(t.rstrip("/") + "/")
        for t in (posixpath.normpath(t).removeprefix("/var") for t in targets)
    )
