"""A container calls a host outside the cluster that no ServiceEntry is for, and its proxy lets nothing else through.

With `outboundTrafficPolicy: REGISTRY_ONLY`, of the mesh or of a Sidecar, proxies know Services and ServiceEntries alone. Plain HTTP to another host is answered `502`,
TLS and everything else is cut off (`BlackHoleCluster`). A ServiceEntry is for its `ports`: one for 443 does not let out what goes to port 80.

The rule looks at the variables of pods that are sure to have a sidecar. It is a warning where no entry names the host: one outside the files may. It is silent about variables
that name an address for others (`PUBLIC_URL`, `CORS_ORIGIN`), and where an entry may be for any host.

Write a ServiceEntry for the host, with the port that is called.

Basis: Istio documentation, "Accessing External Services"; Istio reference, ServiceEntry.

## Fails

```yaml title="app.yaml"
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec: {meshConfig: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: shop}
spec:
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: app
          env:
            - {name: PAYMENTS_URL, value: "http://payments.example.com/v1"}  # error: [outbound-host-unregistered] "port 80"
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: payments, namespace: shop}
spec:
  hosts: [payments.example.com]
  ports: [{number: 443, name: tls, protocol: TLS}]
  resolution: DNS
```

## Passes

```yaml title="app.yaml"
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec: {meshConfig: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: shop}
spec:
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: app
          env:
            - {name: PAYMENTS_URL, value: "https://payments.example.com/v1"}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: payments, namespace: shop}
spec:
  hosts: [payments.example.com]
  ports: [{number: 443, name: tls, protocol: TLS}]
  resolution: DNS
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.destinations import Unregistered

_BLOCKED = Symptom(502, "", "", "empty body; TLS is cut off, `BlackHoleCluster` in the log")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each call that the proxy shuts out."""
    for found in graph.broken(Unregistered):
        at = f" at port {found.number}" if found.number is not None else ""
        entry = found.entry
        why = (
            f"ServiceEntry `{entry.title}` is not for port {found.number}"
            if entry
            else "no ServiceEntry is for it"
        )
        yield Finding(
            message=f"the proxy of `{found.workload.title}` lets nothing out to `{found.host}`{at}: {why}",
            primary=Label(found.anchor, "the container calls it"),
            subject=found.workload,
            related=(Label(entry.anchor, "this entry names the host"),) if entry else (),
            symptom=_BLOCKED,
            help=f"add port {found.number} to the entry"
            if entry
            else f"write a ServiceEntry for `{found.host}`",
            assumption=found.assumption,
            fault=found.host,
        )
