"""Pods ask for a key that their ConfigMap or Secret does not have.

A container with a variable from a key that is not there is never started: the pod stays in `CreateContainerConfigError`. One
with a volume that names such a key stays in `ContainerCreating`. No pod becomes ready, so whatever leads there finds no
endpoint: a renamed key takes the route down at the next rollout.

An object that no file defines is taken to live in the cluster; one that is called like an object beside it, but for a slip of the
hand, is not. A name that has a word more or less, or another word, is a warning where an object beside it is asked for by nobody.
`optional: true` lets pods start without the key, and a script of the files that writes objects (`kubectl patch secret …`) may write it.

Correct the key, or add it to the object.

Basis: kubelet 1.34, `makeEnvironmentVariables` ("couldn't find key") and `MakePayload` of the volume plugins ("references
non-existent config key").

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Secret
metadata: {name: shop-db, namespace: shop}
stringData: {DB_PASSWORD: change-me}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
        - name: orders
          image: registry.example/orders:1
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /, port: 8080}}
          env:
            - name: PASSWORD
              valueFrom:
                secretKeyRef: {name: shop-db, key: PASSWORD}  # error: [needed-key-missing] "no key `PASSWORD`"
```

## Fails: the object's name

```yaml title="app.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: orders-config}
data: {LOG_LEVEL: info}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
        - name: orders
          image: registry.example/orders:1
          envFrom: [{configMapRef: {name: order-config}}]  # error: [needed-key-missing] "no ConfigMap `order-config`"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: orders-config}
data: {LOG_LEVEL: info}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
        - name: orders
          image: registry.example/orders:1
          env:
            - name: LOG_LEVEL
              valueFrom: {configMapKeyRef: {name: orders-config, key: LOG_LEVEL}}
            - name: TRACE
              valueFrom: {configMapKeyRef: {name: orders-config, key: TRACE, optional: true}}
            - name: TOKEN
              valueFrom: {secretKeyRef: {name: made-by-hand, key: token}}
```
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.kubernetes.pods.needs import Needed
from upstreamlint.graph.kubernetes.services.pools import Pools


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each key, and each object, without which pods do not start; keys that one object lacks together."""
    pools = Pools(graph)
    for needed, more in _together(graph.broken(Needed)):
        yield _finding(graph, pools, needed, more)


def _together(found: Iterable[Needed]) -> Iterator[tuple[Needed, Sequence[Needed]]]:
    """What is missing, each with the other keys that the same pods do not find in the same object."""
    for lacking in grouped(found, lambda n: (id(n.owner), id(n.holder or n), bool(n.near))).values():
        if len(lacking) < _SEVERAL:
            yield from ((needed, ()) for needed in lacking)
        else:
            yield lacking[0], lacking[1:]


_SEVERAL = 3
"""So many keys that an object lacks have one reason, as where a file with them is one key of it."""


def _finding(graph: Graph, pools: Pools, needed: Needed, more: Sequence[Needed]) -> Finding:
    need, holder = needed.need, needed.holder
    name = f"{need.kind} `{holder.title if holder else need.name}`"
    what = f"{name} has no key `{needed.wanted}`" if holder else f"there is no {name}"
    if more:
        what = f"{name} lacks {len(more) + 1} keys"
    near = tuple(Label(near.anchor, near.text) for near in needed.near)
    return Finding(
        message=f"{what}, which the pods of `{needed.owner.title}` ask for",
        primary=Label(needed.anchor, "not in the object" if holder else "no file defines it"),
        subject=needed.owner,
        related=(
            *(near or ((Label(holder.anchor, f"has {_listed(holder.keys)}"),) if holder else ())),
            *(Label(other.anchor, "here too") for other in more[:_SHOWN]),
        ),
        symptom=met(graph, needed.owner, Failure.NO_ENDPOINTS, f"the pods stay in `{_state(needed)}`"),
        hit=pools.starved(needed.owner),
        assumption=needed.assumption,
        fix=needed.fix,
        help=f"use `{needed.near[0].instead}`" if needed.near else "add the key, or correct it",
        fault=f"{need.kind} {need.name} {needed.wanted}",
    )


def _state(needed: Needed) -> str:
    return "ContainerCreating" if needed.need.mounted else "CreateContainerConfigError"


def _listed(keys: Collection[str]) -> str:
    shown = [f"`{key}`" for key in keys][:_SHOWN]
    return ", ".join(shown) + (f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else "")


_SHOWN = 4
