"""A DestinationRule turns TLS off towards a workload that demands mutual TLS.

Under `STRICT` the sidecar of the workload takes mutual TLS alone. A client that a DestinationRule tells to send plain text
(`tls.mode: DISABLE`) is cut off: `503 upstream connect error` (flag `UC`, connection termination). The mode of a
port, of the workload, of its namespace and of the root namespace count, in this order; workloads without a sidecar
do not.

A client without a sidecar sends plain text, too: the load balancer of a cloud (ALB, GKE, Application Gateway), who comes through a Service of type LoadBalancer, an
Ingress controller that is outside the mesh, whose clients get `502`, and pods without a sidecar that are given the address of the Service: they see `connection reset by peer`.

Without a DestinationRule clients ask the policy of the namespace, or of the mesh, whether to speak mutual TLS. Where that says
`DISABLE`, pods whose own policy says `STRICT` are sent plain text; so are those of a headless Service of which one pod has no sidecar.

Remove the `tls` block, or use `ISTIO_MUTUAL`. Let a namespace whose pods are strict be `PERMISSIVE`. Before a client without a sidecar, put the mesh's gateway in between, give the
controller a sidecar, or ask for `PERMISSIVE` at the port.

Basis: measured with Envoy: plain text to a filter chain for mutual TLS answers 503 UC.

## Fails

```yaml title="mesh.yaml"
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
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls:
    mode: STRICT
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  trafficPolicy:
    tls:
      mode: DISABLE  # error: [plaintext-to-strict-mtls] "plain text"
```

## Passes

```yaml title="mesh.yaml"
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
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls:
    mode: STRICT
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  trafficPolicy:
    tls:
      mode: ISTIO_MUTUAL
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.tls import PlainClient, TlsMode, UnspokenTls
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.symptoms import BAD_GATEWAY, CONNECTION_TERMINATED

_CLOSED = BAD_GATEWAY._replace(log="the sidecar resets the connection")
_RESET = Symptom(log=_CLOSED.log)
_PORT = "write `portLevelMtls` with `mode: PERMISSIVE` for the port"
_GATEWAY = f"lead the requests to the mesh's gateway, or {_PORT}"
_SIDECAR = f"give the pods a sidecar, or {_PORT}"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule and each client from outside of the mesh that sends plain text to a strict workload."""
    for client in graph.broken(PlainClient):
        yield Finding(
            message=f"{client.client} has no sidecar and sends plain text to `{client.workload.title}`, "
            "which demands mutual TLS",
            primary=Label(client.anchor, "dialled without mutual TLS"),
            subject=client.owner,
            related=(
                Label(client.mode.anchor, f"demanded by PeerAuthentication `{client.policy.meta.title}`"),
                Label(client.workload.anchor, "the pods behind the Service"),
            ),
            symptom=_RESET if isinstance(client.owner, Service | Workload) else _CLOSED,
            help=_SIDECAR if isinstance(client.owner, Workload) else _GATEWAY,
            fault=client.wanted,
        )
    for told in graph.broken(UnspokenTls):
        if told.mutual:
            continue
        yield Finding(
            message=f"clients send plain text to `{told.workload.title}`, which demands mutual TLS",
            primary=Label(told.anchor, f"PeerAuthentication `{told.policy.meta.title}` takes nothing else"),
            subject=told.workload,
            hit=told.hits,
            related=(
                Label(told.because, told.why),
                Label(told.service.anchor, "the Service that leads to the pods"),
            ),
            symptom=CONNECTION_TERMINATED,
            help="let both policies agree, or give every pod of the Service a sidecar",
            assumption=told.assumption,
        )
    for mode in graph.broken(TlsMode):
        if mode.wanted != "DISABLE" or mode.policy is None:
            continue
        yield Finding(
            message=f"DestinationRule `{mode.rule.title}` sends plain text to `{mode.host}`, which demands mutual TLS",
            primary=Label(mode.anchor, "clients use no TLS"),
            subject=mode.subset or mode.rule,
            hit=mode.hits,
            related=(
                Label(mode.conflicting.anchor, f"demanded by PeerAuthentication `{mode.policy.meta.title}`"),
                *((Label(mode.workload.anchor, "the pods behind the host"),) if mode.workload else ()),
            ),
            symptom=CONNECTION_TERMINATED,
            help="remove the `tls` block, or use `mode: ISTIO_MUTUAL`",
            assumption="the requests do not go to the other pods" if mode.others else "",
        )
