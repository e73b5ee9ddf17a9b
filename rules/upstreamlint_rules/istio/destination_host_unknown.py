"""A route leads to a host that is in no service registry.

Istio knows the hosts of Services and ServiceEntries. A destination with another host is accepted, but no
cluster exists for it: the proxy answers `503` with an empty body (flag `NC`).

Only a name without a dot is completed, and with the namespace of the VirtualService, not the Service's.
`reviews.shop` is taken as it is, so it means no Service. A ServiceEntry for `*.example.com` makes a cluster for
the wildcard alone, not for `api.example.com`. Neither a URL nor a port nor a trailing dot belongs to a host.

The rule speaks when something contradicts the host: a Service of that name in another namespace, a similar
name, a spelling that is not completed, a wildcard, or an object that is not exported to the client. A host that
is simply not among the files is not reported.

Write the full name, `service.namespace.svc.cluster.local`.

Basis: istio, `ResolveShortnameToFQDN`, `route.go`; measured with Envoy: an unknown cluster answers 503 NC.

## Fails

```yaml title="reviews.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v2
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v2
  template:
    metadata:
      labels:
        app: reviews
        version: v2
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    - route:
        - destination:
            host: reviews.shop  # error: [destination-host-unknown] "`reviews.shop`"
```

## Passes

```yaml title="reviews.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v2
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v2
  template:
    metadata:
      labels:
        app: reviews
        version: v2
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    - route:
        - destination:
            host: reviews.shop.svc.cluster.local
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.destinations import HostFault, MeshHost
from upstreamlint.symptoms import NO_CLUSTER

_WHY = {
    HostFault.MALFORMED: "not a host name: a scheme, port, path or trailing dot is part of it",
    HostFault.NOT_EXPANDED: "a name with a dot is taken as it is",
    HostFault.WILDCARD: "only a wildcard ServiceEntry covers it",
    HostFault.ALIAS: "the ExternalName Service stands for a host that is not registered",
    HostFault.NOT_EXPORTED: "it is not exported to the client's namespace",
}


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each destination without a cluster."""
    for host in graph.broken(MeshHost):
        if host.mirror or host.fault not in _WHY:
            continue
        meant = "" if host.expanded == host.wanted else f", which means `{host.expanded}`,"
        hidden = host.service or host.entry
        related = [Label(near.anchor, near.text) for near in host.near]
        if host.fault is HostFault.NOT_EXPORTED and hidden is not None:
            related.append(Label(hidden.anchor, f"`exportTo` of this {hidden.meta.kind} leaves it out"))
        hides = host.fault is HostFault.NOT_EXPORTED and host.client
        yield Finding(
            message=f"host `{host.wanted}`{meant} is not exported to namespace `{host.client}`"
            if hides
            else f"host `{host.wanted}`{meant} is in no service registry",
            primary=Label(host.anchor, _WHY[host.fault]),
            subject=host.target,
            related=tuple(related),
            symptom=host.answer(NO_CLUSTER),
            fix=host.fix,
            help=_help(host),
            assumption=host.assumption,
            fault=host.expanded,
        )


def _help(host: MeshHost) -> str:
    if host.fault is HostFault.WILDCARD:
        return f"add a ServiceEntry for `{host.wanted}`"
    if host.fault is HostFault.ALIAS and host.service is not None:
        return f"add a ServiceEntry for `{host.service.external_name}`"
    if host.fault is HostFault.NOT_EXPORTED:
        client = f"namespace `{host.client}`" if host.client else "the client's namespace"
        return f"add {client} to `exportTo` of the {'ServiceEntry' if host.entry else 'Service'}"
    if host.near and host.near[0].instead:
        return f"use `{host.near[0].instead}`"
    return "use the full name of a Service, or add a ServiceEntry"
