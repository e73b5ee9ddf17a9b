"""A container carries routes for Traefik in its labels, and Traefik passes it by.

It makes no router of them, and the host answers `404 page not found`. With `exposedByDefault: false` a container needs
the label `traefik.enable=true`; `constraints` leave out what does not fit; without a Docker provider no label is read.
The Swarm provider reads the labels under `deploy`, the Docker provider those of the service. A Traefik that the engine's
socket is not put into knows of no container. In Swarm, no label is read of a container that names no port
(`port is missing`), not even where its routers ask for `api@internal`. Labels that begin otherwise than with `traefik.http`, `traefik.tcp` or
`traefik.udp` (`traefik.htttp.routers…`) are left alone without a word in the log, and so are those of Traefik 1
(`traefik.frontend.rule`) in a later release.

Add the label, or change what Traefik is told.

Basis: Traefik, pkg/provider/docker (`keepContainer`) and pkg/provider/constraints; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker, --providers.docker.exposedbydefault=false, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)  # error: [labels-not-read] "`api`"
  shop:
    image: registry.example/shop:1
    expose: ["3000"]
    labels:
      traefik.enable: "true"
      traefik.htttp.routers.shop.rule: Host(`shop.example`)  # error: [labels-not-read] "no word that it looks at"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker, --providers.docker.exposedbydefault=false, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.enable: "true"
      traefik.http.routers.api.rule: Host(`api.example`)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import Passed, PassedBy

_NO_ROUTER = Symptom(404, "404 page not found", "", "Traefik makes no router of the labels")
_WHY = {
    Passed.NOT_ENABLED: ("no label enables it", "add the label `traefik.enable=true`"),
    Passed.NO_PROVIDER: (
        "no provider of containers is switched on",
        "start Traefik with `--providers.docker=true`",
    ),
    Passed.NOT_CONNECTED: (
        "no provider of containers is switched on",
        "start Traefik with `--providers.docker=true`, and give it the engine's socket",
    ),
    Passed.CONSTRAINT: ("the constraints leave it out", "add the labels that the constraints ask for"),
    Passed.NOT_DEPLOYED: ("Swarm reads the labels under `deploy`", "move the labels to `deploy.labels`"),
    Passed.ONLY_DEPLOYED: (
        "the Docker provider does not read the labels under `deploy`",
        "move the labels to the service, or switch the Swarm provider on",
    ),
    Passed.NO_ENGINE: (
        "the engine's socket is not in its container",
        "mount `/var/run/docker.sock`, or name the engine's `endpoint`",
    ),
    Passed.NO_PORT: (
        "in Swarm a label must name the port",
        "add `traefik.http.services.<name>.loadbalancer.server.port`, also where the router asks for another's service",
    ),
    Passed.FIRST_RELEASE: ("they are those of Traefik 1", "write them as `traefik.http.routers.…`"),
    Passed.MISSPELT: ("one begins with no word that it looks at", ""),
}


_ASSUMED = {
    Passed.MISSPELT: "Traefik needs what it says",
    Passed.NOT_CONNECTED: "no other program reads them for it",
}


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each container with routes that Traefik passes by."""
    for found in graph.broken(PassedBy):
        why, remedy = _WHY[found.why]
        yield Finding(
            message=f"Traefik passes the labels of `{found.service}` by: {why}",
            primary=Label(found.anchor, "no router is made of this"),
            subject=found.owner,
            related=tuple(Label(*far) for far in found.far_end),
            symptom=_NO_ROUTER,
            help=remedy or f"write `{found.meant}.…`",
            assumption="" if found.hit and found.why is Passed.MISSPELT else _ASSUMED.get(found.why, ""),
            fault=found.why,
            hit=found.hit,
        )
