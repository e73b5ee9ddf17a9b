"""A file that cannot be read.

YAML that does not parse, a key that a Compose file or a file of a kustomization holds twice, nginx braces that do not
match: the program that the file is for refuses it. What the file holds is not in the graph, so nothing else is said
about it; the other files are checked all the same, and what this one may define is not called missing there.

A file is judged only when its name or its intact part says that Kubernetes, Compose, Envoy or nginx reads it: what other
programs keep in YAML and JSON (comments, a value a line) is theirs. `kubectl` and Envoy take the last of two equal keys:
that is [duplicate-key](duplicate-key.md).

What the template of a chart prints, and its `values.yaml`, have to be YAML, too: Helm refuses the whole release where it does not parse (`YAML parse error on
shop/templates/service.yaml`). Where an action prints the line, and nobody states a release with these values, that is a warning.

Mend the text at the place that is named.

## Fails

```yaml title="service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web: shop  # error: [syntax-error] "mapping values"
  ports:
    - port: 80
```

## Fails: a merge that nobody finished

```yaml title="compose.yaml"
services:
  web:
<<<<<<< HEAD # error: [syntax-error] "a merge left both sides"
    image: nginx:1.27
=======
    image: nginx:1.29
>>>>>>> main
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
from upstreamlint.graph.problems import SyntaxProblem


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each place that does not parse."""
    for problem in graph.found_problems(SyntaxProblem):
        yield Finding(
            message=problem.message,
            primary=Label(problem.anchor, "here"),
            subject=problem,
            related=tuple(Label(anchor, text) for anchor, text in problem.related),
            help=problem.help,
            fault=problem.message,
            assumption=problem.assumption,
        )
