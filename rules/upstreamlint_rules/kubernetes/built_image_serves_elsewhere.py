"""A Service leads to a port that the image of its pods, made by a Dockerfile here, does not serve.

The manifest says which port is dialled, the Dockerfile and what it starts say which one is taken: a front end that was at 3000 in development, and is served by the nginx
of its image at 80; an application with `app.listen(3000)` behind `targetPort: 80`; a development server that only listens on loopback (`app.run()` of Flask). `containerPort`
changes none of that: it opens and moves nothing. Connections are refused, and the proxy before the pods answers `502` (nginx, Traefik) or `503` (Envoy).

Which Dockerfile makes an image is told by a Compose service with the same `image` and a `build`, by a folder of the image's name, or by there being one of each; that is what
the finding rests on. Pods that are given a command, arguments, mounts, or variables that may move the port, are left alone.

Lead to the port that is served, or have the program serve this one, on all addresses.

Basis: Kubernetes API reference, `ContainerPort`; Dockerfile reference; the frameworks' own defaults.

## Fails

```dockerfile title="web/Dockerfile"
FROM nginx:1.27-alpine
COPY dist /usr/share/nginx/html
```

```yaml title="k8s/web.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1
          ports: [{containerPort: 3000}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - port: 80
      targetPort: 3000  # warning: [built-image-serves-elsewhere] "port 3000"
```

## Passes

```dockerfile title="web/Dockerfile"
FROM nginx:1.27-alpine
COPY dist /usr/share/nginx/html
```

```yaml title="k8s/web.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1
          ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - port: 80
      targetPort: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.programs.local_images.link import BuiltPort


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that the image is known not to serve, or not to others."""
    for found in graph.broken(BuiltPort):
        near = found.near[0]
        where = "on loopback alone" if found.loopback else "elsewhere"
        yield Finding(
            message=f"Service `{found.owner.title}` leads to port {found.number} of `{found.workload.title}`, whose image listens {where}",
            primary=Label(found.anchor, "dialled on the pods"),
            subject=found.port,
            related=(Label(near.anchor, near.text),),
            symptom=met(graph, found.port, Failure.REFUSED),
            help="listen on `0.0.0.0`"
            if found.loopback
            else f"lead to port {near.instead}"
            if near.instead
            else "lead to the port that is served",
            assumption=found.assumption,
            fault=str(found.number),
        )
