"""A field has a shape that the API server or the program refuses.

An object with such a field is never created: `kubectl apply` fails for it, a controller reports it and goes on, and
everything that needs the object is dead. The usual cases: a number in quotes where a number is demanded
(`port: "80"`), a number or `true` without quotes where text is demanded (labels, `env` values, `args`), a missing
field, a port name of more than 15 characters.

Only fields that wiring hangs on are checked. What the object holds is judged as far as it can be read.

Write the field as the message says.

Basis: the OpenAPI schemas of the Kubernetes API and the Gateway API.

## Fails

```yaml title="web.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector:
    app: web
    version: 1  # error: [schema-error] "`spec.selector.version` must be text"
  ports:
    - port: "80"  # error: [schema-error] "`spec.ports[0].port` must be a number"
```

## Passes

```yaml title="web.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector:
    app: web
    version: "1"
  ports:
    - port: 80
      targetPort: http
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.problems import SchemaProblem
from upstreamlint.model.shape import Misshapen


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each field of the wrong shape."""
    for problem in graph.found_problems(SchemaProblem):
        yield Finding(
            message=problem.message,
            primary=Label(problem.anchor, "here"),
            subject=problem,
            related=tuple(Label(anchor, text) for anchor, text in problem.related),
            help=problem.help,
            fault=problem.message,
        )
    for field in graph.nodes(Misshapen):
        if field.meta.patched:
            continue
        yield Finding(
            message=field.message,
            primary=Label(field.anchor, "the API server refuses this"),
            subject=field,
            related=(Label(field.meta.anchor, f"{field.meta.kind} `{field.meta.title}` is not created"),),
            symptom=Symptom(log="`kubectl apply` fails"),
            help="write it as the API demands",
            fault=field.message,
        )
