"""An object is for another controller than those that the files run: of another class, or of none where they want one.

Controllers take the objects of their class, and leave the others to their like: Emissary those whose `ambassador_id` is its `AMBASSADOR_ID` (of both,
`default` where nothing is written), Traefik those whose annotation `kubernetes.io/ingress.class` is what `--providers.kubernetescrd.ingressclass` says,
Contour those of `--ingress-class-name`, the NGINX Ingress Controller those of `-ingress-class` and those without one. Kong, F5's controller and Traefik take Ingresses of the class of their name alone, ingress-nginx those of IngressClasses whose `controller` is its
`--controller-class`. ingress-nginx leaves an Ingress alone that names no class, unless an IngressClass is the default one. Nobody
says so: the host answers `404`.

The Ingresses that cert-manager makes for challenges are such objects too, of the class that the solver names: the challenge
of a class that nobody takes is answered with `404`, and stays pending. A Route of OpenShift whose host is below the `domain` of an IngressController
must fit both of its selectors: otherwise that router answers `503`.

Write the class that the controller takes, or tell the controller to take it.

Basis: Emissary, `AMBASSADOR_ID`; Traefik, `shouldProcessIngress`; Contour, `internal/ingressclass`; ingress-nginx, `--watch-ingress-without-class`.

## Fails: another Ambassador

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: ambassador, namespace: gateway}
spec:
  selector: {matchLabels: {service: ambassador}}
  template:
    metadata: {labels: {service: ambassador}}
    spec:
      containers:
        - name: ambassador
          image: docker.io/emissaryingress/emissary:3.9.1
          env: [{name: AMBASSADOR_ID, value: edge}]
---
apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: {name: shop, namespace: shop}
spec:
  ambassador_id: [public]  # warning: [class-not-taken] "`public`"
  hostname: "*"
  prefix: /
  service: shop.shop:80
```

## Fails: no class

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.12.1
          args: [/nginx-ingress-controller, --ingress-class=nginx]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop  # warning: [class-not-taken] "names no class"
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}
```

## Fails: an IngressClass of nobody

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: internal}
spec:
  controller: k8s.io/ingress-nginx-internal  # warning: [class-not-taken] "`k8s.io/ingress-nginx-internal`"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.12.1
          args: [/nginx-ingress-controller, --controller-class=k8s.io/internal-ingress-nginx]
```

## Passes

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: gateway}
spec:
  selector: {matchLabels: {app: traefik}}
  template:
    metadata: {labels: {app: traefik}}
    spec:
      containers:
        - name: traefik
          image: traefik:v3.3
          args: [--providers.kubernetescrd, --providers.kubernetescrd.ingressclass=inner]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: shop
  namespace: shop
  annotations: {kubernetes.io/ingress.class: inner}
spec:
  routes:
    - {kind: Rule, match: "Host(`shop.example`)", services: [{name: shop, port: 80}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.finding import Affected
from upstreamlint.model.kubernetes import IngressClass
from upstreamlint.programs.managed.shards import ShardOfRoute
from upstreamlint.programs.managed.solvers import SolverClass
from upstreamlint.programs.managed.watched import ClassTaken
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each object that the controllers in the files leave alone."""
    for found in graph.broken(ClassTaken):
        owner, takes = found.owner, _takes(found.taken)
        what = f"is for {_kind(owner)} `{found.wanted}`" if found.wanted else "names no class"
        yield Finding(
            message=f"{owner.meta.kind} `{owner.title}` {what}, and {found.by}, which runs here, {takes}",
            primary=Label(found.anchor, f"{found.by} leaves it alone"),
            subject=owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=NO_ROUTE._replace(flag="", log=f"{found.by} does not take the object"),
            help="write a class that it takes, or tell it to take this one",
            fault=f"{found.by}:{found.wanted}",
        )

    for solver in graph.broken(SolverClass):
        issuer = solver.owner
        what = f"of class `{solver.wanted}`" if solver.wanted else "of no class"
        yield Finding(
            message=f"{issuer.meta.kind} `{issuer.title}` has challenges answered by Ingresses {what}, and {solver.by}{solver.where} {_takes(solver.taken)}",
            primary=Label(solver.anchor, f"{solver.by} leaves them alone"),
            subject=issuer,
            related=tuple(Label(near.anchor, near.text) for near in solver.near),
            symptom=Symptom(
                404,
                log="the challenge stays pending: `wrong status code '404', expected '200'`, and no certificate is issued",
            ),
            help="write a class that it takes",
            fault=f"{solver.by}:{solver.wanted}",
        )

    for part in graph.broken(ShardOfRoute):
        shard = part.shard
        yield Finding(
            message=f"Route `{part.owner.title}` is below the domain of IngressController `{shard.meta.name}`, which does not take it: {part.why}",
            primary=Label(part.anchor, f"leads to the router `{shard.meta.name}`"),
            subject=part.owner,
            related=tuple(Label(near.anchor, near.text) for near in part.near),
            symptom=Symptom(503, "Application is not available"),
            help="give it the labels, or a host that another router serves",
            fault=f"shard:{shard.meta.name}",
            hit=tuple(Affected(rule.host, rule.path, 1.0, rule.anchor) for rule in part.owner.rules),
        )


def _takes(classes: tuple[str, ...]) -> str:
    taken = ", ".join(f"`{one}`" for one in classes if one)
    return f"takes {taken}" if taken else "takes those of none"


def _kind(owner: object) -> str:
    return "controller" if isinstance(owner, IngressClass) else "class"
