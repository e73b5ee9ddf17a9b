"""An EnvoyFilter sends requests, or asks about them, at a cluster that istiod does not make.

istiod makes a cluster `outbound|PORT|SUBSET|HOST` for each port of each host of its registry: the port is that of the Service, never of its pods. A
change that names another one is taken all the same. What asks then fails for every request: `403` from ext_authz, `500` from ext_proc, nothing from a
rate limit that lets requests pass, and scripts of Lua go on without an answer; a route answers `503` with the flag `NC`. So it is where a filter adds clusters of its own,
and calls one of another name.

Write the port of the Service, and its host in full; or the name of the cluster that the filter adds.

Basis: istio, `BuildSubsetKey`; documentation of Envoy's filters; istio/istio issue 8295.

## Fails

```yaml title="filter.yaml"
apiVersion: v1
kind: Service
metadata: {name: authz, namespace: auth}
spec:
  selector: {app: authz}
  ports: [{name: http, port: 8000, targetPort: 8080}]
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: authz, namespace: istio-system}
spec:
  workloadSelector: {labels: {istio: ingressgateway}}
  configPatches:
    - applyTo: HTTP_FILTER
      match: {context: GATEWAY}
      patch:
        operation: INSERT_BEFORE
        value:
          name: envoy.filters.http.ext_authz
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
            http_service:
              server_uri:
                uri: http://authz.auth.svc.cluster.local
                cluster: outbound|8080||authz.auth.svc.cluster.local  # error: [envoy-filter-cluster-missing] "has no port 8080"
                timeout: 1s
```

## Passes

```yaml title="filter.yaml"
apiVersion: v1
kind: Service
metadata: {name: authz, namespace: auth}
spec:
  selector: {app: authz}
  ports: [{name: http, port: 8000, targetPort: 8080}]
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: authz, namespace: istio-system}
spec:
  workloadSelector: {labels: {istio: ingressgateway}}
  configPatches:
    - applyTo: HTTP_FILTER
      match: {context: GATEWAY}
      patch:
        operation: INSERT_BEFORE
        value:
          name: envoy.filters.http.ext_authz
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
            http_service:
              server_uri:
                uri: http://authz.auth.svc.cluster.local
                cluster: outbound|8000||authz.auth.svc.cluster.local
                timeout: 1s
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.filters import FilterCluster

_OUTBOUND = "write `outbound|PORT||HOST` with a port of the Service and its full host"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each cluster of an EnvoyFilter that is not there."""
    for found in graph.broken(FilterCluster):
        spares = "a failed call is held against the request" if found.open else ""
        yield Finding(
            message=f"EnvoyFilter `{found.filter.title}` has {found.title} ask cluster `{found.wanted}`: {found.what}",
            primary=Label(found.anchor, "there is no such cluster"),
            subject=found.filter,
            related=tuple(Label(near.anchor, near.text) for near in found.near[:3]),
            symptom=found.answer,
            help=_OUTBOUND if "|" in found.wanted else f"use `{found.near[0].instead}`",
            assumption=found.assumption or spares,
            fault=found.wanted,
        )
