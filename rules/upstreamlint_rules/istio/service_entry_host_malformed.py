"""A ServiceEntry whose host is not a host name.

A scheme, a port, a path or a trailing dot makes another name of it: the cluster is registered under a host that no
request and no route asks for. A route to the right name finds no cluster, `503` with an empty body (flag `NC`).

Write the bare name; the port belongs under `ports`.

Basis: istio, `validation.go` (`ValidateWildcardDomain`), `route.go`; measured with Envoy: 503 NC.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ledger
  namespace: shop
spec:
  hosts:
    - ledger.example.  # error: [service-entry-host-malformed] "`ledger.example.`"
  location: MESH_EXTERNAL
  ports:
    - number: 443
      name: tls
      protocol: TLS
  resolution: DNS
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ledger
  namespace: shop
spec:
  hosts:
    - ledger.example
  location: MESH_EXTERNAL
  ports:
    - number: 443
      name: tls
      protocol: TLS
  resolution: DNS
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.istio.routes.hosts import malformed
from upstreamlint.model.istio import ServiceEntry
from upstreamlint.symptoms import NO_CLUSTER


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that is written as something else."""
    for entry in graph.nodes(ServiceEntry):
        for host in entry.hosts:
            if not malformed(host.value) or is_placeholder(host.value.removeprefix("*")):
                continue
            bare = host.value.partition("://")[2] or host.value
            bare = bare.partition("/")[0].partition(":")[0].rstrip(".")
            yield Finding(
                message=f"host `{host.value}` of ServiceEntry `{entry.title}` is not a host name",
                primary=Label(host.anchor, "a scheme, port, path or trailing dot is part of it"),
                subject=entry,
                symptom=NO_CLUSTER,
                help=f"write `{bare}`",
                fault=host.value,
            )
