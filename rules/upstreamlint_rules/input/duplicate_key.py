"""A key stands twice in a mapping, and the last one wins.

`kubectl apply` takes the last of two equal keys without a word, and so does Envoy: what the first one says never
happens. Usually a copied block kept its key, or two labels were meant.

Remove one of them, or rename it. Compose and Kustomize refuse such a file: there it is [syntax-error](syntax-error.md).

Basis: measured with `kubectl apply` 1.32.4 and Envoy.

## Fails

```yaml title="service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
    app: shop  # warning: [duplicate-key] "`app` is already set"
  ports:
    - port: 80
```

## Passes

```yaml title="service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.problems import RepeatedKeyProblem


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each key that takes the place of an earlier one."""
    for problem in graph.found_problems(RepeatedKeyProblem):
        yield Finding(
            message=problem.message,
            primary=Label(problem.anchor, "this one wins"),
            subject=problem,
            related=tuple(Label(anchor, text) for anchor, text in problem.related),
            help="remove one of them, or rename it",
            fault=problem.message,
        )
