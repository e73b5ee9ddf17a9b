"""A route names a Service of another namespace, and its controller takes none from there.

Traefik's IngressRoutes and TraefikServices may name a Service of another namespace only if Traefik runs with
`--providers.kubernetescrd.allowcrossnamespace=true`, which is off by default. Without it the router is not made: clients get `404 page not found`,
and Traefik logs that the service is not in the parent resource's namespace.

Reported when the files show Traefik running without the flag, and without a configuration file that may set it.

The same holds for what a route names besides: a Middleware, a TLSOption, a TraefikService of another namespace. Names such as `edge-login@kubernetescrd`
are refused wherever they lead, as they may hide one.

Put the route beside the Service, or allow other namespaces.

`healthCheck` stands in an IngressRoute for Services of type ExternalName alone: for another one the router is not made either. Whether a pod
gets requests is what its readiness probe says.

Basis: Traefik documentation, Kubernetes CRD provider, `allowCrossNamespace`; `pkg/provider/kubernetes/crd`.

## Fails

```yaml title="routes.yaml"
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: vault, namespace: edge}
spec:
  routes:
    - match: Host(`vault.example`)
      kind: Rule
      services:
        - {name: vault, namespace: keys, port: 80}  # error: [upstream-not-permitted] "keys"
---
apiVersion: v1
kind: Service
metadata: {name: vault, namespace: keys}
spec:
  ports: [{port: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: traefik, namespace: edge}
spec:
  containers:
    - name: traefik
      image: traefik:v3.2
      args: [--providers.kubernetescrd]
```

## Fails: a middleware

```yaml title="routes.yaml"
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop, namespace: shop}
spec:
  routes:
    - match: Host(`shop.example`)
      kind: Rule
      middlewares:
        - {name: login, namespace: edge}  # error: [upstream-not-permitted] "Middleware of another namespace, such as `edge/login`"
        - {name: edge-headers@kubernetescrd}  # error: [upstream-not-permitted] "`edge-headers@kubernetescrd`"
      services: [{name: shop, port: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: traefik, namespace: edge}
spec:
  containers:
    - name: traefik
      image: traefik:v3.2
      args: [--providers.kubernetescrd]
```

## Passes

```yaml title="routes.yaml"
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: vault, namespace: edge}
spec:
  routes:
    - match: Host(`vault.example`)
      kind: Rule
      services:
        - {name: vault, namespace: keys, port: 80}
---
apiVersion: v1
kind: Service
metadata: {name: vault, namespace: keys}
spec:
  ports: [{port: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: traefik, namespace: edge}
spec:
  containers:
    - name: traefik
      image: traefik:v3.2
      args: [--providers.kubernetescrd, --providers.kubernetescrd.allowCrossNamespace=true]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import ends, name_of
from upstreamlint.finding import Affected
from upstreamlint.programs.managed.references import ForeignPart
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service that the controller refuses, for its namespace or for what is asked of it."""
    for found in graph.judged(Obstacle.NOT_PERMITTED, Obstacle.NOT_CHECKABLE):
        other = found.obstacle is Obstacle.NOT_PERMITTED
        what = (
            "takes no Service of another namespace, such as"
            if other
            else "asks no Service of the cluster for health, such as"
        )
        yield Finding(
            message=f"{found.dial.by} {what} `{name_of(found.target)}`",
            primary=Label(
                found.anchor,
                "another namespace than the route's" if other else "for ExternalName Services only",
            ),
            subject=found.dial.route,
            related=ends(found),
            symptom=symptom(found),
            help="put the route into the namespace of the Service, or allow other namespaces"
            if other
            else "drop `healthCheck`: readiness probes say which pods get requests",
            fault=name_of(found.target),
        )
    for part in graph.broken(ForeignPart):
        owner, what = part.owner, part.named.names.what
        yield Finding(
            message=f"{owner.kind.by} takes no {what} of another namespace, such as `{part.wanted}`",
            primary=Label(part.anchor, f"another namespace than that of the {owner.meta.kind}"),
            subject=owner,
            related=tuple(Label(near.anchor, near.text) for near in part.near),
            symptom=NO_ROUTE._replace(flag="", log=f"{owner.kind.by} makes no router"),
            help=f"define the {what} beside the {owner.meta.kind}, or allow other namespaces",
            fault=part.wanted,
            hit=tuple(Affected(rule.host, rule.path, 1.0, rule.anchor) for rule in owner.rules),
        )
