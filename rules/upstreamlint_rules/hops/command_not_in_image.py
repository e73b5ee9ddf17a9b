"""A container is told to start a program that its image does not have.

Alpine images have no bash, distroless ones and `scratch` have no shell at all. The engine starts words, not text: with `bash` as the
first of them the container never runs (`exec: "bash": executable file not found in $PATH`), and a script whose first
line is `#!/bin/bash` fails as if it were not there itself (`exec /entrypoint.sh: no such file or directory`). Nobody listens: nginx
exits with `host not found in upstream` or answers 502, a Service has no endpoint.

A carriage return at the end of a script's first line does the same in every image: the kernel takes it for a part of the name.

The rule speaks when the recipe of the image is known, nothing that a Dockerfile does or that is mounted may bring the program, and
the words are known to be what is started: `entrypoint`, a pod's `command`, `ENTRYPOINT`, or a command for an image whose entry
point starts what it is given.

Use `sh`, which Alpine images have, or install the program (`apk add bash`).

Basis: the images' Dockerfiles; runc and `execve(2)`; docker-library/docs issue 1437, docker-library/openjdk issue 373,
HopopOps/k8s-ldap-auth issue 157.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27-alpine
    command: /bin/bash -c "envsubst < /site.template > /etc/nginx/conf.d/default.conf && exec nginx -g 'daemon off;'"  # error: [command-not-in-image] "`/bin/bash`"
    ports: ["80:80"]
```

## Fails: the first line of a script

```yaml title="compose.yaml"
services:
  api:
    build: .
    entrypoint: ["/entrypoint.sh"]  # error: [command-not-in-image] "`/bin/bash`"
    expose: ["8080"]
```

```dockerfile title="Dockerfile"
FROM alpine:3.20
COPY api /api
COPY entrypoint.sh /entrypoint.sh
RUN chmod +x /entrypoint.sh
```

```bash title="entrypoint.sh"
#!/bin/bash
exec /api
```

## Fails: a pod

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: gcr.io/distroless/static-debian12
          command: ["/bin/sh", "-c", "/api --port 8080"]  # error: [command-not-in-image] "`/bin/sh`"
          ports: [{containerPort: 8080}]
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27-alpine
    command: /bin/sh -c "envsubst < /site.template > /etc/nginx/conf.d/default.conf && exec nginx -g 'daemon off;'"
    ports: ["80:80"]
  api:
    build: .
    expose: ["8080"]
  db:
    image: postgres:17-alpine
    entrypoint: ["bash", "/start.sh"]
```

```dockerfile title="Dockerfile"
FROM alpine:3.20
RUN apk add --no-cache bash
COPY api /api
COPY entrypoint.sh /entrypoint.sh
RUN chmod +x /entrypoint.sh
ENTRYPOINT ["/entrypoint.sh"]
```

```bash title="entrypoint.sh"
#!/bin/bash
exec /api
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.kubernetes.services.pools import Pools
from upstreamlint.graph.started import Program, Use
from upstreamlint.model.kubernetes import Workload


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each container that never starts, for want of a program."""
    for program in graph.broken(Program):
        if program.use is not Use.START:
            continue
        owner, image = program.owner, program.container.image
        related = []
        if program.line is not None:
            said = "a carriage return ends this line" if program.ending else f"asks for `{program.wanted}`"
            related.append(Label(program.line, said))
        if image is not None and not program.ending:
            related.append(Label(image.anchor, f"this image has no `{program.wanted}`"))
        pods = isinstance(owner, Workload)
        log = _log(program)
        yield Finding(
            message=_message(program),
            primary=Label(program.anchor, "started here"),
            subject=owner,
            related=tuple(related),
            symptom=met(graph, owner, Failure.NO_ENDPOINTS, log) if pods else Symptom(log=log),
            hit=graph.once(Pools).starved(owner) if isinstance(owner, Workload) else graph.stopped(owner),
            help=_help(program),
            fault=f"{program.container.name}:{program.wanted}",
        )


def _message(program: Program) -> str:
    owner = program.owner
    name = owner.title if isinstance(owner, Workload) else program.container.name
    if program.ending:
        return f"`{name}` starts a script that asks for `{program.wanted}` with a carriage return in its name"
    if program.line is not None:
        return f"`{name}` starts a script for `{program.wanted}`, which its image does not have"
    return f"`{name}` is to start `{program.wanted}`, which its image does not have"


def _log(program: Program) -> str:
    if program.line is not None:
        return "the container never starts: `no such file or directory`"
    return f'the container never starts: `exec: "{program.wanted}"`: not found'


def _help(program: Program) -> str:
    name = program.wanted.rpartition("/")[2]
    if program.ending:
        return "give the script line ends of Unix (`.gitattributes`: `*.sh text eol=lf`)"
    if name == "bash" and program.container.image_facts and program.container.image_facts.tools.shell:
        return "use `sh`, or install `bash`"
    return f"start the program itself, or take an image that has `{name}`"
