"""A Traefik router of the file provider names a service that no file defines.

Traefik logs `the service "…@file" does not exist` and leaves the router out, so the host answers `404 page not found`.
The files of one `directory` are put together: the service may stand in another of them. A service of another provider
needs its name behind an `@`: `api@internal` (which is there when `--api` or one of its options is), `shop@docker`. The same holds for the parts of a service (`weighted`,
`mirroring`, `failover`) and the service of an `errors` middleware.

Name a service of the files, or of another provider with its suffix.

Basis: Traefik, `pkg/server/service`; routers are built from the merged configuration.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: traefik:v3.3
    command: [--entrypoints.web.address=:80, --providers.file.directory=/dynamic]
    volumes: ["./dynamic:/dynamic:ro"]
    depends_on: [photos]
  photos:
    image: registry.example/photos:1
    expose: ["2342"]
```

```yaml title="dynamic/photos.yml"
http:
  routers:
    photos:
      rule: Host(`photos.example.org`)
      service: photo  # error: [connector-service-missing] "`photo`"
  services:
    photos:
      loadBalancer:
        servers: [{url: http://photos:2342}]
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: traefik:v3.3
    command: [--api=true, --entrypoints.web.address=:80, --providers.file.directory=/dynamic]
    volumes: ["./dynamic:/dynamic:ro"]
    depends_on: [photos]
  photos:
    image: registry.example/photos:1
    expose: ["2342"]
```

```yaml title="dynamic/routers.yml"
http:
  routers:
    photos:
      rule: Host(`photos.example.org`)
      service: photos
    dashboard:
      rule: Host(`edge.example.org`)
      service: api@internal
```

```yaml title="dynamic/services.yml"
http:
  services:
    photos:
      loadBalancer:
        servers: [{url: http://photos:2342}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.mend import respelt
from upstreamlint.programs.connectors.references import PublicRule
from upstreamlint.programs.traefik.references import NameKind, TraefikName

_LEFT_OUT = Symptom(404, "404 page not found", "", "Traefik logs `the service does not exist`")
_INTERNAL = "@internal"
_UNKNOWN = "the service does not exist"
_STATES = {"api@internal": "api is not enabled", "dashboard@internal": "dashboard is not enabled"}


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each router whose service is defined nowhere."""
    for public in graph.references(PublicRule):
        found = public.rule
        name = (
            found.anchor.source.text[found.anchor.start : found.anchor.end].strip("\"'").removesuffix("@file")
        )
        if not found.dangling or not public.connector.complete or is_placeholder(name):
            continue
        near = near_names(name, found.defined.keys())
        yield Finding(
            message=f"no file of Traefik defines service `{name}`, which a router names",
            primary=Label(found.anchor, "no such service"),
            subject=public.route,
            related=tuple(Label(found.defined[n], f"service `{n}` has a similar name") for n in near[:1]),
            symptom=_LEFT_OUT,
            fix=respelt(found.anchor, name, near[0]) if len(near) == 1 else (),
            help=f"write `{near[0]}`" if near else "name a service of the files",
            fault=name,
        )
    for used in graph.broken(TraefikName):
        if used.kind is not NameKind.SERVICE:
            continue
        if used.wanted.endswith(_INTERNAL):
            yield Finding(
                message=f"Traefik has no `{used.wanted}`, which {used.by} names: nothing switches it on",
                primary=Label(used.anchor, "no such service"),
                subject=used.owner,
                related=tuple(Label(*far) for far in used.far_end),
                symptom=Symptom(
                    404, "404 page not found", "", f"Traefik logs `{_STATES.get(used.wanted, _UNKNOWN)}`"
                ),
                help=f"write `{used.near[0].instead}`"
                if used.near
                else "switch it on in the static configuration",
                fault=f"{used.by} {used.wanted}",
                hit=used.hit,
            )
        else:
            yield Finding(
                message=f"no {'container' if _of_containers(used) else 'file'} of Traefik defines service `{used.wanted}`, which {used.by} names",
                primary=Label(used.anchor, "no such service"),
                subject=used.owner,
                related=tuple(
                    Label(*far) for far in (*((c.anchor, c.text) for c in used.near[:1]), *used.far_end)
                ),
                symptom=_LEFT_OUT,
                help=f"write `{used.near[0].instead}`"
                if used.near
                else "give the container a label `traefik.http.services.<name>.loadbalancer.server.port`"
                if _of_containers(used)
                else "name a service of the files",
                fault=f"{used.by} {used.wanted}",
                hit=used.hit,
            )


def _of_containers(used: TraefikName) -> bool:
    return used.wanted.endswith(("@docker", "@swarm"))
