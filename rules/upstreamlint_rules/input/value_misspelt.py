"""A value of a chart stands under another name than the one that its templates ask for.

Helm takes no notice of a value that no template asks for, and prints nothing for one that nobody gives: a port, a host
or a name is empty then, or the default stays that was to be changed. It is said where one is but a slip of the hand away
from the other: `.Values.service.prot` beside `service.port`, a `replicaCuont` in `values-prod.yaml`.

It is an error where the words of the value tell that requests need it (`port`, `host`, `service`, `name`, `enabled`, `replicas` and the like),
and a warning for others, as for a `logLevel`.

Write the same name in both places.

Basis: Helm documentation, "Values Files"; Go's `text/template` prints the field of a map that is not there as nothing.

## Fails

```yaml title="shop/Chart.yaml"
apiVersion: v2
name: shop  # warning: [chart-not-rendered] "not rendered"
version: 0.1.0
```

```yaml title="shop/values.yaml"
service:
  port: 80
```

```yaml title="shop/templates/service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  ports:
    - port: {{ .Values.service.prot }}  # error: [value-misspelt] "no values hold `service.prot`"
```

## Passes

```yaml title="shop/Chart.yaml"
apiVersion: v2
name: shop  # warning: [chart-not-rendered] "not rendered"
version: 0.1.0
```

```yaml title="shop/values.yaml"
service:
  port: 80
```

```yaml title="shop/templates/service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  ports:
    - port: {{ .Values.service.port }}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.problems import ValueProblem


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each value that is asked for under a name that it does not have."""
    for problem in graph.found_problems(ValueProblem):
        yield Finding(
            message=problem.message,
            primary=Label(problem.anchor, "nothing has this name"),
            subject=problem,
            related=tuple(Label(anchor, text) for anchor, text in problem.related),
            help=problem.help,
            assumption=problem.assumption,
            fault=problem.message,
        )
