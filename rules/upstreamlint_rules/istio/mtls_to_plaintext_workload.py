"""A DestinationRule demands Istio's mutual TLS of a workload that does not speak it.

With `tls.mode: ISTIO_MUTUAL` clients always open mutual TLS. A pod without a sidecar (injection is switched off for
it, or for its namespace) or one whose PeerAuthentication says `DISABLE` takes plain text: the handshake fails, and clients get
`503 upstream connect error` (flag `UF`, `WRONG_VERSION_NUMBER`).

Without a DestinationRule sidecars open mutual TLS to every pod and port of a headless Service, also where a policy for some of
the pods, or `portLevelMtls`, says `DISABLE`: of such a Service they know no endpoints to ask.

Remove the `tls` block (Istio finds out by itself which pods speak mutual TLS), or let the sidecar in.

Basis: measured with Envoy: TLS to a plain text port answers 503 UF.

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
    mode: DISABLE
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
      mode: ISTIO_MUTUAL  # error: [mtls-to-plaintext-workload] "mutual TLS"
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
    mode: PERMISSIVE
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

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.tls import TlsMode, UnspokenTls
from upstreamlint.symptoms import CONNECTION_FAILED

_HANDSHAKE = CONNECTION_FAILED._replace(log="TLS WRONG_VERSION_NUMBER")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule that opens mutual TLS to a plain text workload."""
    for told in graph.broken(UnspokenTls):
        if not told.mutual:
            continue
        yield Finding(
            message=f"clients open mutual TLS to `{told.workload.title}`, whose pods take plain text",
            primary=Label(told.anchor, f"PeerAuthentication `{told.policy.meta.title}` takes no mutual TLS"),
            subject=told.workload,
            hit=told.hits,
            related=(Label(told.because, told.why),),
            symptom=_HANDSHAKE,
            help="say `tls.mode: DISABLE` in a DestinationRule for the host, too",
            assumption=told.assumption,
        )
    for mode in graph.broken(TlsMode):
        if mode.wanted != "ISTIO_MUTUAL":
            continue
        why = "mutual TLS is switched off here" if mode.policy is not None else "this keeps the sidecar out"
        pods = f"the pods of `{mode.workload.title}`" if mode.workload else "the pods there"
        yield Finding(
            message=f"DestinationRule `{mode.rule.title}` opens mutual TLS to `{mode.host}`, but {pods} take plain text",
            primary=Label(mode.anchor, "clients open mutual TLS"),
            subject=mode.subset or mode.rule,
            hit=mode.hits,
            related=(
                Label(mode.conflicting.anchor, why),
                *((Label(mode.workload.anchor, "the pods behind the host"),) if mode.workload else ()),
            ),
            symptom=_HANDSHAKE,
            help="remove the `tls` block, or let the sidecar in",
            assumption="the retries do not find the other pods" if mode.others else "",
        )
