"""A template that was not rendered, so nothing in it is checked.

Files with the actions of a template language (`{{ … }}`) are no manifests yet. What they hold is not in the graph, and
references to it count as leaving the files. A chart whose values are known is rendered; this is said once a folder for
what could not be.

Render the templates and pass the result.

Basis: none; this is about the linter, not about the system.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata:
  name: {{ .Values.name }}  # info: [template-not-rendered] "not rendered"
spec:
  ports:
    - port: {{ .Values.port }}
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
    - port: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.files.readable import parent
from upstreamlint.graph.problems import TemplateProblem


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each folder with templates, at its first one."""
    folders: dict[str, list[TemplateProblem]] = {}
    for problem in graph.found_problems(TemplateProblem):
        folders.setdefault(parent(problem.anchor.source.path), []).append(problem)
    for folder, problems in folders.items():
        first = min(problems, key=lambda p: (p.anchor.source.path, p.anchor.start))
        files = len({p.anchor.source.path for p in problems})
        more = f" ({files} files of this folder)" if files > 1 else ""
        yield Finding(
            message=f"{first.message}{more}",
            primary=Label(first.anchor, "an action of a template"),
            subject=folder,
            help=first.help,
        )
