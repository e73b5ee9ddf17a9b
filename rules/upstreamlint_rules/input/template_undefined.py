"""A chart includes a named template that nothing defines.

Helm renders nothing of such a chart: `error calling include: template: no template "shop.fullnam" associated with template`.
What includes it may stand behind a condition; then the chart breaks for those who set that, and this is a warning.

Write the name of a template that `_helpers.tpl` defines, or define it. Where a dependency of the chart is not among the
files, it may be the one that defines what is missing: then only slips of names that are here are told.

Basis: Helm's engine (`include` executes a template of the chart and those below it), asked with helm 3.

## Fails

```yaml title="shop/Chart.yaml"
apiVersion: v2
name: shop  # warning: [chart-not-rendered] "not rendered"
version: 0.1.0
```

```text title="shop/templates/_helpers.tpl"
{{- define "shop.fullname" -}}
{{ .Release.Name }}-shop
{{- end }}
```

```yaml title="shop/templates/service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: {{ include "shop.fullnam" . }}  # error: [template-undefined] "no template is called `shop.fullnam`"
spec:
  ports:
    - port: 80
```

## Passes

```yaml title="shop/Chart.yaml"
apiVersion: v2
name: shop  # warning: [chart-not-rendered] "not rendered"
version: 0.1.0
```

```text title="shop/templates/_helpers.tpl"
{{- define "shop.fullname" -}}
{{ .Release.Name }}-shop
{{- end }}
```

```yaml title="shop/templates/service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: {{ include "shop.fullname" . }}
spec:
  ports:
    - port: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.problems import UndefinedTemplateProblem


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each named template that is not there."""
    for problem in graph.found_problems(UndefinedTemplateProblem):
        yield Finding(
            message=problem.message,
            primary=Label(problem.anchor, "nothing defines it"),
            subject=problem,
            related=tuple(Label(anchor, text) for anchor, text in problem.related),
            help=problem.help,
            assumption=problem.assumption,
            fault=problem.message,
        )
