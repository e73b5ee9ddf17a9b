"""A NetworkPolicy opens a port that its pods do not serve, and leaves the one that they do serve shut.

A policy admits nothing but what its rules name. With the port misspelt, every connection to the pods is dropped: no answer comes, and
clients give up after their own time (`504`, `503 UF`).

Where another rule names the port as it is, only those are kept out whom the misspelt one is for. The same goes for a rule of `egress`
that leads to pods of the namespace.

A slip of the hand (digits swapped, lost or doubled) is an error; another number is a warning, since pods may serve ports that no file names,
and so is a slip where a rule for all ports admits some clients.

Name the port that the pods serve.

Basis: Kubernetes API, `NetworkPolicyPort`.

## Fails

```yaml title="db.yaml"
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  selector: {app: db}
  ports: [{port: 5432}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "registry.example/db:1", ports: [{containerPort: 5432}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - ports: [{port: 5423}]  # error: [network-policy-port-unserved] "5423"
```

## Passes

```yaml title="db.yaml"
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  selector: {app: db}
  ports: [{port: 5432}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "registry.example/db:1", ports: [{containerPort: 5432}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - ports: [{port: 5432}, {port: 9187}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import Failure, answer
from upstreamlint.graph.policy.unserved import UnservedPort, unserved_ports


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that a policy opens in vain."""
    for found in unserved_ports(graph):
        target = found.shut
        yield Finding(
            message=f"{found.policy.meta.kind} `{found.policy.meta.title}` admits port {found.number}, which the pods of "
            f"`{target.workload.title}` do not serve, {_beside(found)}",
            primary=Label(found.port.anchor, "nothing shows that the pods serve it"),
            subject=found.policy,
            related=(Label(target.anchor, f"leads to port {target.number} of the pods"),),
            symptom=answer("", Failure.DROPPED),
            help=f"use `port: {target.number}`",
            assumption=_doubt(found),
            fault=f"{found.number}",
        )


def _beside(found: UnservedPort) -> str:
    return f"but {found.shut.number}" if found.named else f"and no rule names their port {found.shut.number}"


def _doubt(found: UnservedPort) -> str:
    if not found.slip:
        return "the pods serve no port that no file names"
    return "" if found.certain else "the clients are not those that a rule for all ports admits"
