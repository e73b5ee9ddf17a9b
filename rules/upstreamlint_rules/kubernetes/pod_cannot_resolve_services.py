"""A pod dials Services by name, but does not ask the DNS of the cluster.

`dnsPolicy: Default` takes over the node's resolver, which knows no Services; `None` without a `dnsConfig` has none. A pod
with `hostNetwork: true` behaves like `Default` unless its `dnsPolicy` is `ClusterFirstWithHostNet`. The names do not
resolve: nginx does not start or answers `502`, other clients report `no such host`.

Set `dnsPolicy: ClusterFirst`, or `ClusterFirstWithHostNet` with the host's network.

Basis: Kubernetes documentation, "Pod's DNS Policy".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalog}
spec:
  selector: {app: catalog}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      dnsPolicy: Default  # error: [pod-cannot-resolve-services] "`catalog`"
      containers:
        - name: shop
          env:
            - name: CATALOG_URL
              value: http://catalog:80
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalog}
spec:
  selector: {app: catalog}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      hostNetwork: true
      dnsPolicy: ClusterFirstWithHostNet
      containers:
        - name: shop
          env:
            - name: CATALOG_URL
              value: http://catalog:80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.pod_dns import has_cluster_dns
from upstreamlint.graph.pod_hosts import PodHost
from upstreamlint.graph.upstreams import UpstreamHost
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.source import Anchor
from upstreamlint.symptoms import HOST_NOT_FOUND, unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pod without the DNS that its configuration needs."""
    for workload, service, anchor, wanted, symptom in _dialled(graph):
        template = workload.template
        if has_cluster_dns(workload) or workload.meta.patched:
            continue
        policy = template.dns_policy.value if template.dns_policy else "ClusterFirst"
        fitting = "ClusterFirstWithHostNet" if template.host_network else "ClusterFirst"
        cause = "hostNetwork" if policy == "ClusterFirst" else f"dnsPolicy: {policy}"
        yield Finding(
            message=f"`{workload.title}` dials `{wanted}`, but with `{cause}` it cannot resolve Services",
            primary=Label(_place(workload), "names of Services do not resolve in these pods"),
            subject=workload,
            related=(Label(anchor, f"dials Service `{service.title}`"),),
            symptom=symptom,
            help=f"set `dnsPolicy: {fitting}`",
        )


def _dialled(graph: Graph) -> Iterator[tuple[Workload, Service, Anchor, str, Symptom]]:
    for host in graph.references(PodHost):
        if host.service is not None:
            yield host.workload, host.service, host.anchor, host.wanted, HOST_NOT_FOUND
    for upstream in graph.references(UpstreamHost):
        for target in upstream.targets:
            if isinstance(upstream.client, Workload) and isinstance(target, Service):
                symptom = unresolved(upstream.proxy, at_start=upstream.at_start)
                yield upstream.client, target, upstream.anchor, upstream.wanted, symptom


def _place(workload: Workload) -> Anchor:
    template = workload.template
    return (
        template.dns_policy.anchor if template.dns_policy else template.host_network_anchor or workload.anchor
    )
