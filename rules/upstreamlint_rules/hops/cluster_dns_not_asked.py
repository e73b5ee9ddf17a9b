"""A program dials names of the cluster, but does not ask the cluster's DNS.

Names of Services exist in the cluster's DNS alone. `dnsPolicy: Default` takes over the node's resolver; `None` without
a `dnsConfig` has none. A pod with `hostNetwork: true` behaves like `Default` unless its `dnsPolicy` is
`ClusterFirstWithHostNet`. A container of Docker Compose asks Docker's DNS and the machine's. The names do not resolve: nginx does not start or
answers `502`, tunnels answer `502`, other clients report `no such host`.

Set `dnsPolicy: ClusterFirst`, or `ClusterFirstWithHostNet` with the host's network; or dial a name that resolves there.

Basis: Kubernetes documentation, "Pod's DNS Policy"; siderolabs/extensions issue 623.

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
      dnsPolicy: Default  # error: [cluster-dns-not-asked] "`catalog`"
      containers:
        - name: shop
          env:
            - name: CATALOG_URL
              value: http://catalog:80
```

## Fails: a tunnel

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
  hostNetwork: true  # error: [cluster-dns-not-asked] "`web.shop.svc.cluster.local`"
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

## Passes: a tunnel

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
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.facets.wording import caller
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.source import Anchor


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each program that asks another DNS for what only the cluster's has."""
    for found in graph.judgements:
        if found.facet is not Facet.NAME:
            continue
        workload, service = found.dial.caller.workload, found.dial.caller.service
        known = next((t for t in found.targets if isinstance(t, Service)), None)
        whole = found.wanted.endswith(".svc.cluster.local") and not found.targets and not found.broken
        if workload is not None and (known is not None or whole):
            yield from _pod(found, workload, known)
        elif service is not None and whole:
            yield Finding(
                message=f"{caller(found.dial)} dials `{found.wanted}`, but does not ask the cluster's DNS",
                primary=Label(found.anchor, "only the cluster's DNS has this name"),
                subject=found.owner,
                related=(Label(service.anchor, "a container of Docker, not a pod"),),
                symptom=symptom(found),
                help="dial a name that resolves outside of the cluster",
                assumption="the machine's DNS does not lead to the cluster",
                fault=found.wanted,
            )


def _pod(found: Judgement, workload: Workload, known: Service | None) -> Iterator[Finding]:
    from upstreamlint.places.pods.dns import has_cluster_dns

    template = workload.template
    if has_cluster_dns(workload) or workload.meta.patched:
        return
    policy = template.dns_policy.value if template.dns_policy else "ClusterFirst"
    fitting = "ClusterFirstWithHostNet" if template.host_network else "ClusterFirst"
    cause = "hostNetwork" if policy == "ClusterFirst" else f"dnsPolicy: {policy}"
    dials = f"dials Service `{known.title}`" if known is not None else "only the cluster's DNS has this name"
    yield Finding(
        message=f"`{workload.title}` dials `{found.wanted}`, but with `{cause}` it cannot resolve Services",
        primary=Label(_place(workload), "names of Services do not resolve in these pods"),
        subject=workload,
        related=(Label(found.anchor, dials),),
        symptom=symptom(found),
        help=f"set `dnsPolicy: {fitting}`",
    )


def _place(workload: Workload) -> Anchor:
    template = workload.template
    return (
        template.dns_policy.anchor if template.dns_policy else template.host_network_anchor or workload.anchor
    )
