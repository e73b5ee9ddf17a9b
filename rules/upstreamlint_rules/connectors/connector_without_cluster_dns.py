"""A connector that does not ask the cluster's DNS dials a full name of the cluster.

Names below `svc.cluster.local` exist in the cluster's DNS alone. A pod with `hostNetwork: true` asks the node's resolver
unless its `dnsPolicy` is `ClusterFirstWithHostNet`, and a container of Docker Compose asks Docker's and the machine's.
The look-up ends with `no such host`, and clients get `502`.

When the Service is among the files, `pod-cannot-resolve-services` says so of the pod instead.

Set `dnsPolicy: ClusterFirstWithHostNet`, or run the connector in the cluster.

Basis: siderolabs/extensions issue 623; Kubernetes documentation, "Pod's DNS Policy".

## Fails

```yaml title="tunnel.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: tunnel, namespace: edge}
data:
  config.yaml: |
    tunnel: shop
    ingress:
      - hostname: shop.example.org
        service: http://web.shop.svc.cluster.local:80  # error: [connector-without-cluster-dns]
      - service: http_status:404
---
apiVersion: v1
kind: Pod
metadata: {name: tunnel, namespace: edge}
spec:
  hostNetwork: true
  volumes:
    - name: conf
      configMap: {name: tunnel}
  containers:
    - name: cloudflared
      image: cloudflare/cloudflared:2025.2.0
      args: [tunnel, --config, /etc/cloudflared/config.yaml, run]
      volumeMounts:
        - {name: conf, mountPath: /etc/cloudflared}
```

## Passes

```yaml title="tunnel.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: tunnel, namespace: edge}
data:
  config.yaml: |
    tunnel: shop
    ingress:
      - hostname: shop.example.org
        service: http://web.shop.svc.cluster.local:80
      - service: http_status:404
---
apiVersion: v1
kind: Pod
metadata: {name: tunnel, namespace: edge}
spec:
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  volumes:
    - name: conf
      configMap: {name: tunnel}
  containers:
    - name: cloudflared
      image: cloudflare/cloudflared:2025.2.0
      args: [tunnel, --config, /etc/cloudflared/config.yaml, run]
      volumeMounts:
        - {name: conf, mountPath: /etc/cloudflared}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.connectors.references import PROXIES
from upstreamlint.graph.pod_dns import CLUSTER_DOMAIN, has_cluster_dns
from upstreamlint.graph.upstreams import UpstreamHost
from upstreamlint.model.compose import ComposeService
from upstreamlint.model.kubernetes import Workload
from upstreamlint.symptoms import unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each full name of the cluster that is asked of another DNS."""
    for host in graph.references(UpstreamHost):
        if host.proxy not in PROXIES or not host.wanted.endswith(f".svc.{CLUSTER_DOMAIN}"):
            continue
        if host.targets or host.broken:
            continue
        client = host.client
        if isinstance(client, Workload):
            if client.meta.patched or has_cluster_dns(client):
                continue
            template = client.template
            where = template.dns_policy.anchor if template.dns_policy else template.host_network_anchor
            fitting = "ClusterFirstWithHostNet" if template.host_network else "ClusterFirst"
            text, remedy, assumption = (
                f"the pods of `{client.title}` do not use the cluster's DNS",
                f"set `dnsPolicy: {fitting}`",
                "",
            )
            related = Label(where or client.anchor, text)
        elif isinstance(client, ComposeService):
            related = Label(client.anchor, "a container of Docker, not a pod")
            remedy = "dial a name that resolves outside of the cluster"
            assumption = "the machine's DNS does not lead to the cluster"
        else:
            continue
        yield Finding(
            message=f"{host.proxy} dials `{host.wanted}`, but does not ask the cluster's DNS",
            primary=Label(host.anchor, "only the cluster's DNS has this name"),
            subject=host.owner,
            related=(related,),
            symptom=unresolved(host.proxy, at_start=False),
            help=remedy,
            assumption=assumption,
            fault=host.wanted,
        )
