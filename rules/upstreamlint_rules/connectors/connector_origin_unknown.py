"""A connector in a pod sends requests to a host that is no Service.

The name is looked up with each request. Nothing answers to it, so the client gets `502` and cloudflared logs `lookup …:
no such host`; Pomerium answers `503` with `no_healthy_upstream`. A short name means the connector's own namespace,
which is seldom that of the application.

A name is reported when something near it exists: a Service of that name in another namespace, or of a similar name;
or when everything that it may mean is among the files. For connectors in Docker Compose `host-unknown` and its siblings
say the same of services.

Write the name of a Service, in full when it is in another namespace: `name.namespace.svc.cluster.local`.

Basis: onedr0p/cluster-template pull request 1285; Kubernetes DNS specification, search domains of a pod.

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
        service: http://catalog:8080  # error: [connector-origin-unknown] "`catalog`"
      - service: http_status:404
---
apiVersion: v1
kind: Pod
metadata: {name: tunnel, namespace: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: tunnel}
  containers:
    - name: cloudflared
      image: cloudflare/cloudflared:2025.2.0
      args: [tunnel, --config, /etc/cloudflared/config.yaml, run]
      volumeMounts:
        - {name: conf, mountPath: /etc/cloudflared}
---
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: shop}
spec:
  ports: [{port: 8080}]
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
        service: http://catalog.shop:8080
      - service: http_status:404
---
apiVersion: v1
kind: Pod
metadata: {name: tunnel, namespace: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: tunnel}
  containers:
    - name: cloudflared
      image: cloudflare/cloudflared:2025.2.0
      args: [tunnel, --config, /etc/cloudflared/config.yaml, run]
      volumeMounts:
        - {name: conf, mountPath: /etc/cloudflared}
---
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: shop}
spec:
  ports: [{port: 8080}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.connectors.references import PROXIES
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost
from upstreamlint.model.connectors import Pool, Program
from upstreamlint.model.kubernetes import Workload
from upstreamlint.symptoms import unresolved

_OBSTACLES = frozenset({HostObstacle.UNKNOWN_NAME, HostObstacle.OTHER_NAMESPACE})


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that no Service answers to."""
    for host in graph.broken(UpstreamHost):
        client = host.client
        if host.proxy not in PROXIES or host.obstacle not in _OBSTACLES or not isinstance(client, Workload):
            continue
        namespace = client.meta.namespace
        where = f" in namespace `{namespace}`" if namespace and "." not in host.wanted else ""
        yield Finding(
            message=f"no Service answers to `{host.wanted}`{where}, which {host.proxy} in `{client.title}` dials",
            primary=Label(host.anchor, "no such Service"),
            subject=host.owner,
            related=(
                *(Label(near.anchor, near.text) for near in host.near[:2]),
                *(Label(anchor, text) for anchor, text in host.far_end),
            ),
            symptom=unresolved(host.proxy, at_start=False),
            help=_help(host),
            assumption=_assumption(host),
            fault=host.wanted,
        )


def _help(host: UpstreamHost) -> str:
    if not host.near:
        return "name a Service that exists"
    instead = host.near[0].instead
    rest = host.wanted.partition(".")[2] if "." not in instead else ""
    return f"write `{instead}.{rest}`" if rest else f"write `{instead}`"


def _assumption(host: UpstreamHost) -> str:
    """Pomerium leaves out an origin without an address, and uses the ones beside it."""
    if (
        host.proxy != Program.POMERIUM.value
        or not isinstance(host.owner, Pool)
        or len(host.owner.origins) == 1
    ):
        return ""
    return "the origins beside it do not take over"
