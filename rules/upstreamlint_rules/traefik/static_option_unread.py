"""An option at the top of Traefik's file that Traefik does not know, and passes over without a word.

Deeper in the file one unknown word keeps Traefik from starting. At the top it only takes what it knows: with `certificateResolvers` for
`certificatesResolvers` no resolver is there, and routers show a certificate of Traefik's own; with `entryPoint` it listens on port 80 alone; with
`provider` no container has a route, and every request gets `404`. The same goes for options of Traefik 1.

On its command line Traefik reads flags up to the first word that is none: behind `--api.insecure true` or `SSL_CERT_FILE=/ca.crt` nothing counts.

Write the option as Traefik has it.

Basis: github.com/traefik/paerser, file/file_node.go (`decodeFileToNode`); measured on Traefik 3.7.15.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: traefik:v3.1
    ports: ["80:80"]
    volumes:
      - ./traefik.yml:/etc/traefik/traefik.yml:ro
      - /var/run/docker.sock:/var/run/docker.sock:ro
  shop:
    image: traefik/whoami
```

```yaml title="traefik.yml"
entryPoints:
  web:
    address: ":80"
provider:  # warning: [static-option-unread] "`provider`"
  docker: {}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: traefik:v3.1
    ports: ["80:80"]
    volumes:
      - ./traefik.yml:/etc/traefik/traefik.yml:ro
      - /var/run/docker.sock:/var/run/docker.sock:ro
  shop:
    image: traefik/whoami
```

```yaml title="traefik.yml"
entryPoints:
  web:
    address: ":80"
providers:
  docker: {}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.model import Traefik


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each option that is not read."""
    for traefik in graph.every(Traefik):
        for fault in traefik.passed_over:
            yield Finding(
                message=f"Traefik passes this over: {fault.message}",
                primary=Label(fault.anchor, "not read"),
                subject=traefik,
                symptom=Symptom(log="Traefik starts as if it were not written"),
                help="write the option as Traefik has it",
                fault=f"unread {fault.message}",
            )
        if traefik.stop is not None:
            yield Finding(
                message=f"Traefik reads its command line up to `{traefik.stop.value.strip()}`, which is no flag",
                primary=Label(traefik.stop.anchor, "neither this nor what stands behind it is read"),
                subject=traefik,
                symptom=Symptom(log="Traefik starts as if it were not written"),
                help="write values behind `=`, and leave out what is no flag",
                fault=f"stop {traefik.stop.value}",
            )
